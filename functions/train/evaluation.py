"""A candidate against simple baselines on later runs than it learned from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.train.dataset import Dataset
from functions.train.failure_model import TooLittleDataError, fit_failure_model
from functions.train.resampling import brier_difference, figures
from functions.train.serving_model import ServingModel, compare
from functions.train.subject import RUNS, Subject

LATER_SHARE = 0.25
MARGIN = 0.005  # of the Brier score, by which a candidate may be worse than the best baseline


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures per method, each ``{"value", "low", "high"}`` (a 95 % bootstrap interval), and the verdict.

    ``passed``: the candidate's Brier score is, in 95 % of resamples, not worse than the best baseline's by more than
    the margin, nor than production's, where it can be compared with that. ``summary`` says so in words.
    """

    metrics: Mapping[str, Any]
    passed: bool
    summary: str


def evaluate(data: Dataset, *, production: ServingModel | None = None, subject: Subject = RUNS) -> Evaluation:
    """Train on the earlier three quarters of ``data``, judge on the later quarter.

    A run is learned from only if it ended before the first judged one started. With a model in ``production``, the
    candidate must not be worse than that either, on the judged runs that production has not learned from.

    Raises:
        TooLittleDataError: the earlier runs are too few to learn from.
    """
    if len(data) == 0:
        raise TooLittleDataError(f"there are no ended {subject.noun} to learn from")
    cut = data.started_at[int(len(data) * (1.0 - LATER_SHARE))]
    earlier = data.rows((data.started_at < cut) & (data.ended_at < cut))
    later = data.rows(data.started_at >= cut)
    try:
        model = fit_failure_model(
            earlier.features, earlier.failed, pipeline=earlier.pipeline, weight=earlier.weight, subject=subject
        )
    except TooLittleDataError as error:
        raise TooLittleDataError(f"{error}, besides the latest quarter, which judges") from error
    said = {"candidate": model.probability(later.features), **subject.baselines(earlier, later)}
    metrics = {name: figures(later.failed, answers) for name, answers in said.items()}
    best = min((name for name in said if name != "candidate"), key=lambda name: metrics[name]["brier"]["value"])
    passed = brier_difference(later.failed, said["candidate"], said[best]).at(0.95) <= MARGIN
    rival = compare(later, said["candidate"], production, margin=MARGIN)
    return Evaluation(
        metrics={
            "rows": len(later),
            "failures": int(later.failed.sum()),
            "best_baseline": best,
            "methods": {**metrics, **rival.methods},
            "production": rival.about,
        },
        passed=passed and rival.passed,
        summary=_summary(metrics, best=best, judged=f"{len(later):,} later {subject.noun}", passed=passed)
        + rival.sentence,
    )


def _summary(metrics: Mapping[str, Any], *, best: str, judged: str, passed: bool) -> str:
    candidate, baseline = metrics["candidate"]["brier"], metrics[best]["brier"]
    auc = metrics["candidate"].get("roc_auc")
    ranked = f" ROC AUC {auc['value']:.3f} ({auc['low']:.3f} to {auc['high']:.3f})." if auc else ""
    return (
        f"On {judged} its Brier score is {candidate['value']:.4f} ({candidate['low']:.4f} to "
        f"{candidate['high']:.4f}); the best simple baseline, {best.replace('_', ' ')}, has {baseline['value']:.4f}."
        f"{ranked} {'Not worse: it may be tried.' if passed else 'Worse by more than the margin: it is not deployed.'}"
    )
