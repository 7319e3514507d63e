"""A candidate against simple baselines on later runs than it learned from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from functions.train.dataset import Dataset
from functions.train.failure_model import SEED, TooLittleDataError, fit_failure_model
from functions.train.quality import Array, average_precision, brier, calibration_error, precision_at, roc_auc
from shared.features import INDEX

LATER_SHARE = 0.25
RESAMPLES, RESAMPLED_ROWS = 200, 10_000
PRECISION_AT = 100
MARGIN = 0.005  # of the Brier score, by which a candidate may be worse than the best baseline

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
class Evaluation:
    """Figures per method, each ``{"value", "low", "high"}`` (a 95 % bootstrap interval), and the verdict.

    ``passed``: the candidate's Brier score is, in 95 % of resamples, not worse than the best baseline's by more than
    the margin. ``summary`` says so in words.
    """

    metrics: Mapping[str, Any]
    passed: bool
    summary: str


def evaluate(data: Dataset) -> Evaluation:
    """Train on the earlier three quarters of ``data``, judge on the later quarter.

    A run is learned from only if it ended before the first judged one started.

    Raises:
        TooLittleDataError: the earlier runs are too few to learn from.
    """
    if len(data) == 0:
        raise TooLittleDataError("there is no ended run to learn from")
    cut = data.started_at[int(len(data) * (1.0 - LATER_SHARE))]
    earlier = data.rows((data.started_at < cut) & (data.ended_at < cut))
    later = data.rows(data.started_at >= cut)
    try:
        model = fit_failure_model(earlier.features, earlier.failed, pipeline=earlier.pipeline)
    except TooLittleDataError as error:
        raise TooLittleDataError(f"{error}, besides the latest quarter, which judges") from error
    said = {"candidate": model.probability(later.features), **_baselines(earlier, later)}
    samples = _resamples(len(later))
    metrics = {name: _figures(later.failed, answers, samples) for name, answers in said.items()}
    best = min((name for name in said if name != "candidate"), key=lambda name: metrics[name]["brier"]["value"])
    differences = Spread(
        brier(later.failed, said["candidate"]) - brier(later.failed, said[best]),
        [
            brier(later.failed[rows], said["candidate"][rows]) - brier(later.failed[rows], said[best][rows])
            for rows in samples
        ],
        scale=_scale(samples, len(later)),
    )
    passed = differences.at(0.95) <= MARGIN
    return Evaluation(
        metrics={"rows": len(later), "failures": int(later.failed.sum()), "best_baseline": best, "methods": metrics},
        passed=passed,
        summary=_summary(metrics, best=best, rows=len(later), passed=passed),
    )


def _baselines(earlier: Dataset, later: Dataset) -> dict[str, Array]:
    return {
        "constant": np.full(len(later), float(earlier.failed.mean())),
        "last_outcome": (later.features[:, INDEX["failure_streak"]] > 0.0).astype(float),
        "recent_failure_rate": later.features[:, INDEX["pipeline_failure_rate_30_runs"]].astype(float),
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


def _figures(failed: Array, said: Array, samples: list[Array]) -> dict[str, dict[str, float]]:
    figures = {}
    for name, figure in FIGURES.items():
        value = figure(failed, said)
        resampled = [found for found in (figure(failed[rows], said[rows]) for rows in samples) if found is not None]
        if value is not None and resampled:
            spread = Spread(value, resampled, _scale(samples, len(failed)))
            figures[name] = {"value": value, "low": spread.at(0.025), "high": spread.at(0.975)}
    return figures


def _summary(metrics: Mapping[str, Any], *, best: str, rows: int, passed: bool) -> str:
    candidate, baseline = metrics["candidate"]["brier"], metrics[best]["brier"]
    auc = metrics["candidate"].get("roc_auc")
    ranked = f" ROC AUC {auc['value']:.3f} ({auc['low']:.3f} to {auc['high']:.3f})." if auc else ""
    return (
        f"On {rows:,} later runs its Brier score is {candidate['value']:.4f} ({candidate['low']:.4f} to "
        f"{candidate['high']:.4f}); the best simple baseline, {best.replace('_', ' ')}, has {baseline['value']:.4f}."
        f"{ranked} {'Not worse: it may be tried.' if passed else 'Worse by more than the margin: it is not deployed.'}"
    )
