"""How good probabilities are before any label comes: what they themselves say (confidence-based estimation)."""

from dataclasses import dataclass

import numpy as np
from sklearn.isotonic import IsotonicRegression

from functions.train.quality import Array

MIN_LABELLED = 200


@dataclass(frozen=True, slots=True)
class EstimatedQuality:
    """Expected figures of answers without labels. ``roc_auc`` is None where either outcome is out of the question."""

    rows: int
    brier: float
    accuracy: float
    roc_auc: float | None


def estimate_quality(answers: Array, *, labelled: tuple[Array, Array] | None = None) -> EstimatedQuality | None:
    """What ``answers`` [n] are worth if they are calibrated; None without any.

    With a chance of failure c, an answer p is wrong by c (1-p)^2 + (1-c) p^2 on average, and right about the likelier
    outcome with c or 1-c (CBPE; NannyML, docs "Confidence-based Performance Estimation"). ``labelled``: earlier
    (failed, answers) of the same model, from which c is calibrated (isotonic) where there are at least 200 of them;
    otherwise c = p. Answers of 0.1 and 0.6:

    >>> estimate = estimate_quality(np.array([0.1, 0.6]))
    >>> round(estimate.brier, 3), round(estimate.accuracy, 3), round(estimate.roc_auc, 3)
    (0.165, 0.75, 0.775)
    """
    if len(answers) == 0:
        return None
    chance = _calibrated(answers, labelled)
    return EstimatedQuality(
        rows=len(answers),
        brier=float(np.mean(chance * (1.0 - answers) ** 2 + (1.0 - chance) * answers**2)),
        accuracy=float(np.mean(np.where(answers >= 0.5, chance, 1.0 - chance))),
        roc_auc=_expected_auc(answers, chance),
    )


def _calibrated(answers: Array, labelled: tuple[Array, Array] | None) -> Array:
    if labelled is None or len(labelled[0]) < MIN_LABELLED:
        return answers
    failed, said = labelled
    chance: Array = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(said, failed).predict(answers)
    return chance


def _expected_auc(answers: Array, chance: Array) -> float | None:
    """The AUC in which an answer counts as a failure by its chance and as a success by the rest; ties count half."""
    levels, place = np.unique(answers, return_inverse=True)
    failures = np.bincount(place, weights=chance, minlength=len(levels))
    successes = np.bincount(place, weights=1.0 - chance, minlength=len(levels))
    if failures.sum() <= 0.0 or successes.sum() <= 0.0:
        return None
    below = np.cumsum(successes) - successes / 2.0
    return float(np.sum(failures * below) / (failures.sum() * successes.sum()))
