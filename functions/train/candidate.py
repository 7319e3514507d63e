"""From labelled runs to a model that may be published: evaluated, exported, and equal to what was trained."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from functions.train.boosting_export import boosting_bytes
from functions.train.dataset import Dataset
from functions.train.evaluation import Evaluation, evaluate
from functions.train.failure_model import SEED, fit_failure_model
from functions.train.manifest import Calibration, Manifest, Training, library_versions
from functions.train.observation.drift import reference_document
from functions.train.parity import require_parity
from functions.train.quality import Array
from functions.train.serving_model import ServingModel
from functions.train.subject import RUNS, Subject

PARITY_ROWS = 2000
IDENTITY = Calibration(slope=1.0, intercept=0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A graph, what is known about it, and how it did on runs that it had not seen. ``reference`` is what its features
    and answers looked like in training, for drift to be measured against."""

    content: bytes
    manifest: Manifest
    evaluation: Evaluation
    reference: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The content address."""
        return hashlib.sha256(self.content).hexdigest()


def make_candidate(
    data: Dataset,
    *,
    kind: str,
    git_revision: str,
    production: ServingModel | None = None,
    subject: Subject = RUNS,
) -> Candidate:
    """Evaluate on the later quarter, also against the model in ``production``, then learn from everything. The same
    data gives the same bytes.

    Raises:
        TooLittleDataError: there is not enough to learn from.
        ParityError: the exported graph does not answer what the trained model answers.
    """
    evaluation = evaluate(data, production=production, subject=subject)
    model = fit_failure_model(data.features, data.failed, pipeline=data.pipeline, weight=data.weight, subject=subject)
    content = boosting_bytes(
        model.boosters, features=len(subject.names), slope=IDENTITY.slope, intercept=IDENTITY.intercept
    )
    answers = model.probability(data.features)
    require_parity(content, data.features[-PARITY_ROWS:], answers[-PARITY_ROWS:])
    return assembled(
        content,
        evaluation,
        kind=kind,
        git_revision=git_revision,
        names=subject.names,
        fingerprint=subject.model_input.fingerprint,
        training=trained_on(data.started_at, rows=model.rows, failures=model.failures),
        reference=reference_document(subject.names, data.features, answers),
    )


def assembled(
    content: bytes,
    evaluation: Evaluation,
    *,
    kind: str,
    git_revision: str,
    names: tuple[str, ...],
    fingerprint: str,
    training: Training,
    reference: Mapping[str, Any],
    calibration: Calibration = IDENTITY,
    threshold: float | None = None,
) -> Candidate:
    """A graph with its manifest; ``names`` are its inputs in order, of the definition with this ``fingerprint``."""
    figures = evaluation.metrics["methods"]["candidate"]
    manifest = Manifest(
        kind=kind,
        features=names,
        feature_fingerprint=fingerprint,
        threshold=threshold,
        calibration=calibration,
        training=training,
        metrics={name: figure["value"] for name, figure in figures.items()},
        libraries=library_versions(),
        git_revision=git_revision,
        seed=SEED,
    )
    return Candidate(content, manifest, evaluation, reference)


def trained_on(started_at: Array, *, rows: int, failures: int) -> Training:
    """So many rows, of runs that started at these epoch seconds."""
    return Training(
        rows=rows, failures=failures, first_at=_moment(np.min(started_at)), last_at=_moment(np.max(started_at))
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
