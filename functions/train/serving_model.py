"""The model in production, as a candidate meets it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from functions.train.dataset import Dataset
from functions.train.quality import Array
from functions.train.resampling import brier_difference, figures
from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.model_input import ModelInput
from shared.served_model import Store

MIN_ROWS, MIN_OF_EACH_OUTCOME = 200, 20


@dataclass(frozen=True, slots=True)
class ServingModel:
    """``answers`` gives the model's numbers for one row of features; None where it cannot be asked, and ``fault`` says
    why. ``trained_until``: the latest start of a run that it learned from, epoch seconds."""

    model_version: str
    trained_until: float = float("-inf")
    answers: Callable[[Sequence[float]], Sequence[float]] | None = None
    fault: str | None = None


def serving_model(state: Mapping[str, Any], kind: str, models: Store, model_input: ModelInput) -> ServingModel | None:
    """The production model of a kind, from ``rollout_state``; None where none serves."""
    for deployment in state["deployments"]:
        if (deployment["kind"], deployment["rung"]) == (kind, "production"):
            reference = ModelReference(**deployment["model"])
            until = deployment["trained_until"]
            try:
                model = models.load(
                    reference, feature_fingerprint=model_input.fingerprint, features=model_input.features
                )
            except ModelFault as fault:
                return ServingModel(reference.model_version, fault=str(fault))
            trained_until = datetime.fromisoformat(until).timestamp() if until else float("-inf")
            return ServingModel(reference.model_version, trained_until, model.answers)
    return None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures of production, what is known about the comparison, whether the candidate holds its own, and in words."""

    methods: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    passed: bool = True
    sentence: str = ""


def compare(later: Dataset, candidate: Array, production: ServingModel | None, *, margin: float) -> Comparison:
    """The ``candidate``'s answers [n] to the runs of ``later`` beside production's, on those that production has not
    learned from: the others it knows by heart.

    Passes where the candidate's Brier score is, in 95 % of resamples, not worse by more than ``margin``, and where they
    cannot be compared: production is then judged by its labelled answers alone.
    """
    if production is None:
        return Comparison()
    about: dict[str, Any] = {"model_version": production.model_version, "fault": production.fault}
    if production.answers is None:
        return Comparison(about=about, sentence=f" It was not compared with production: {production.fault}.")
    new = later.started_at > production.trained_until
    failed, said = later.failed[new], candidate[new]
    about["rows"] = len(failed)
    failures = int(failed.sum())
    if len(failed) < MIN_ROWS or not MIN_OF_EACH_OUTCOME <= failures <= len(failed) - MIN_OF_EACH_OUTCOME:
        return Comparison(
            about=about,
            sentence=(
                f" It was not compared with production ({production.model_version}), which has learned from all but "
                f"{len(failed):,} of these runs ({failures:,} failures)."
            ),
        )
    serving = np.clip([production.answers(row)[-1] for row in later.features[new].tolist()], 0.0, 1.0)
    difference = brier_difference(failed, said, serving)
    passed = difference.at(0.95) <= margin
    return Comparison(
        methods={"production": figures(failed, serving)},
        about={**about, "difference": difference.value},
        passed=passed,
        sentence=(
            f" On the {len(failed):,} of them that production ({production.model_version}) has not learned from, its "
            f"Brier score less production's is {difference.value:+.4f}"
            f"{'.' if passed else ', worse by more than the margin: it is not deployed.'}"
        ),
    )
