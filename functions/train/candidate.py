"""From labelled runs to a model that may be published: evaluated, exported, and equal to what was trained."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from functions.train.boosting_export import boosting_bytes
from functions.train.dataset import Dataset
from functions.train.evaluation import Evaluation, evaluate
from functions.train.failure_model import SEED, fit_failure_model
from functions.train.manifest import Calibration, Manifest, Training, library_versions
from functions.train.parity import require_parity
from shared.features import FEATURES, FINGERPRINT

PARITY_ROWS = 2000
IDENTITY = Calibration(slope=1.0, intercept=0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A graph, what is known about it, and how it did on runs that it had not seen."""

    content: bytes
    manifest: Manifest
    evaluation: Evaluation

    @property
    def sha256(self) -> str:
        """The content address."""
        return hashlib.sha256(self.content).hexdigest()


def make_candidate(data: Dataset, *, kind: str, git_revision: str) -> Candidate:
    """Evaluate on the later quarter, then learn from everything. The same data gives the same bytes.

    Raises:
        TooLittleDataError: there is not enough to learn from.
        ParityError: the exported graph does not answer what the trained model answers.
    """
    evaluation = evaluate(data)
    model = fit_failure_model(data.features, data.failed, pipeline=data.pipeline)
    content = boosting_bytes(
        [model.booster], features=len(FEATURES), slope=IDENTITY.slope, intercept=IDENTITY.intercept
    )
    held_out = data.features[-PARITY_ROWS:]
    require_parity(content, held_out, model.probability(held_out))
    figures = evaluation.metrics["methods"]["candidate"]
    manifest = Manifest(
        kind=kind,
        features=tuple(feature.name for feature in FEATURES),
        feature_fingerprint=FINGERPRINT,
        threshold=None,
        calibration=IDENTITY,
        training=Training(
            rows=model.rows,
            failures=model.failures,
            first_at=_moment(np.min(data.started_at)),
            last_at=_moment(np.max(data.started_at)),
        ),
        metrics={name: figure["value"] for name, figure in figures.items()},
        libraries=library_versions(),
        git_revision=git_revision,
        seed=SEED,
    )
    return Candidate(content, manifest, evaluation)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
