"""Figures of answers with bootstrap intervals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from functions.train.failure_model import SEED
from functions.train.quality import Array, average_precision, brier, calibration_error, precision_at, roc_auc

RESAMPLES, RESAMPLED_ROWS = 200, 10_000
PRECISION_AT = 100

Figure = Callable[[Array, Array], float | None]


def _precision_at_100(failed: Array, probability: Array) -> float | None:
    return precision_at(failed, probability, PRECISION_AT)


FIGURES: Mapping[str, Figure] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "precision_at_100": _precision_at_100,
    "brier": brier,
    "ece": calibration_error,
}


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure and what it was in resamples, of fewer rows where there are very many: ``scale`` is the root of their
    share (m out of n bootstrap: Bickel, Goetze and van Zwet 1997)."""

    value: float
    resampled: list[float]
    scale: float

    def at(self, share: float) -> float:
        """The figure below which it lies with this probability."""
        return self.value + self.scale * (float(np.quantile(self.resampled, share)) - self.value)


def _resamples(rows: int) -> list[Array]:
    random = np.random.default_rng(SEED)
    return [random.integers(0, rows, min(rows, RESAMPLED_ROWS)) for _ in range(RESAMPLES)]


def _scale(samples: list[Array], rows: int) -> float:
    return float(np.sqrt(len(samples[0]) / rows))


def figures(failed: Array, said: Array) -> dict[str, dict[str, float]]:
    """Every figure as ``{"value", "low", "high"}``, a 95 % interval; those that are not defined are left out."""
    samples, found = _resamples(len(failed)), {}
    for name, figure in FIGURES.items():
        value = figure(failed, said)
        resampled = [one for one in (figure(failed[rows], said[rows]) for rows in samples) if one is not None]
        if value is not None and resampled:
            spread = Spread(value, resampled, _scale(samples, len(failed)))
            found[name] = {"value": value, "low": spread.at(0.025), "high": spread.at(0.975)}
    return found


def mean_spread(values: Array) -> Spread:
    """The mean of a figure that every row has."""
    samples = _resamples(len(values))
    resampled = [float(values[rows].mean()) for rows in samples]
    return Spread(float(values.mean()), resampled, scale=_scale(samples, len(values)))


def brier_difference(failed: Array, said: Array, reference: Array) -> Spread:
    """By how much the Brier score of ``said`` is above that of ``reference``, on the same runs."""
    samples = _resamples(len(failed))
    return Spread(
        brier(failed, said) - brier(failed, reference),
        [brier(failed[rows], said[rows]) - brier(failed[rows], reference[rows]) for rows in samples],
        scale=_scale(samples, len(failed)),
    )
