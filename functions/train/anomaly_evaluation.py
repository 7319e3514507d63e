"""An anomaly model on later runs than it learned from: how often it calls a healthy run strange, and what it finds."""

from typing import Any

import numpy as np

from functions.train.anomaly_model import fit_anomaly_model
from functions.train.dataset import Dataset
from functions.train.evaluation import LATER_SHARE, Evaluation
from functions.train.failure_model import TooLittleDataError
from functions.train.quality import Array
from functions.train.resampling import figures
from shared.run_features import RUN_NAMES
from shared.statistics.alarm_budget import ALARM_RATE

MARGIN = 2.0  # times the stated rate
RANKED = ("roc_auc", "average_precision")
ALARM_FROM = 0.5
MIN_LATER_HEALTHY = 100


def evaluate_anomaly_model(data: Dataset) -> Evaluation:
    """Train on the earlier three quarters, judge on the later quarter; ``data.failed`` says which runs are excluded.

    ``passed``: its false alarms among the later healthy runs are not proven (95 %) to be more than twice the stated
    rate, and it ranks the excluded runs, where there are any, not worse than the largest deviation does.

    Raises:
        TooLittleDataError: the earlier runs are too few to learn from, or the later ones to judge by.
    """
    if len(data) == 0:
        raise TooLittleDataError("there are no ended runs to learn from")
    cut = data.started_at[int(len(data) * (1.0 - LATER_SHARE))]
    earlier = data.rows((data.started_at < cut) & (data.ended_at < cut))
    later = data.rows(data.started_at >= cut)
    try:
        model = fit_anomaly_model(earlier.features, earlier.failed)
    except TooLittleDataError as error:
        raise TooLittleDataError(f"{error}, besides the latest quarter, which judges") from error
    healthy = later.failed == 0
    if healthy.sum() < MIN_LATER_HEALTHY:
        raise TooLittleDataError(f"{MIN_LATER_HEALTHY} healthy runs are needed in the latest quarter, which judges")
    said = model.probability(later.features)
    alarms = _rate(int((said[healthy] >= ALARM_FROM).sum()), int(healthy.sum()))
    candidate = {"false_alarm_rate": alarms, **_ranking(later.failed, said)}
    simple = _ranking(later.failed, _largest_deviation(later.features))
    is_quiet = alarms["low"] <= MARGIN * ALARM_RATE
    is_ranked = "roc_auc" not in candidate or candidate["roc_auc"]["high"] >= simple["roc_auc"]["value"]
    return Evaluation(
        metrics={
            "rows": len(later),
            "excluded": int((~healthy).sum()),
            "stated_false_alarm_rate": ALARM_RATE,
            "best_baseline": "largest_deviation",
            "methods": {"candidate": candidate, "largest_deviation": simple},
        },
        passed=is_quiet and is_ranked,
        summary=_summary(candidate, healthy=int(healthy.sum()), is_quiet=is_quiet, is_ranked=is_ranked),
    )


def _ranking(excluded: Array, said: Array) -> dict[str, dict[str, float]]:
    if not 0 < excluded.sum() < len(excluded):
        return {}
    return {name: figure for name, figure in figures(excluded, said).items() if name in RANKED}


def _largest_deviation(features: Array) -> Array:
    deviations = [place for place, name in enumerate(RUN_NAMES) if "deviation" in name]
    largest: Array = np.abs(features[:, deviations]).max(axis=1)
    return largest / (1.0 + largest)


def _rate(alarms: int, runs: int) -> dict[str, float]:
    """A share with its 95 % interval (Wilson, JASA 22, 1927)."""
    z = 1.96
    share, spread = alarms / runs, 1.0 + z**2 / runs
    middle = (share + z**2 / (2 * runs)) / spread
    half = z * np.sqrt(share * (1 - share) / runs + (z / (2 * runs)) ** 2) / spread
    return {"value": share, "low": max(0.0, float(middle - half)), "high": float(middle + half)}


def _summary(candidate: dict[str, Any], *, healthy: int, is_quiet: bool, is_ranked: bool) -> str:
    alarms = {name: 1000.0 * share for name, share in candidate["false_alarm_rate"].items()}
    auc = candidate.get("roc_auc")
    ranked = f" ROC AUC {auc['value']:.3f} against the runs that were left out." if auc else ""
    verdict = "It may be tried."
    if not is_quiet:
        verdict = "Too many: it is not deployed."
    elif not is_ranked:
        verdict = "The largest deviation alone ranks them better: it is not deployed."
    return (
        f"On {healthy:,} later healthy runs it gives {alarms['value']:.1f} false alarms per 1,000 "
        f"({alarms['low']:.1f} to {alarms['high']:.1f}); {1000.0 * ALARM_RATE:g} are stated.{ranked} {verdict}"
    )
