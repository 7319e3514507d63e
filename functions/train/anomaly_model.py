"""Fit the model that says how strange an ended run is, with its threshold at a stated rate of false alarms."""

import math
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import IsolationForest

from functions.train.failure_model import SEED, TooLittleDataError
from functions.train.quality import Array
from shared.statistics.alarm_budget import ALARM_RATE

MIN_ROWS = 500
TREES, ROWS_PER_TREE = 100, 256
FOLDS = 4
ORDINARY_PROBABILITY = 0.02  # of the median healthy run
LEAST_SPREAD = 1e-3  # of the score, between the median and the threshold


@dataclass(frozen=True, slots=True)
class AnomalyModel:
    """A fitted forest, and the logistic that puts 0.5 at its threshold."""

    forest: IsolationForest
    threshold: float
    slope: float
    intercept: float
    rows: int

    def probability(self, features: Array) -> Array:
        """0..1 for each row of ``features`` (float32, [n, features]): from 0.5 on a run is an alarm."""
        answer: Array = 1.0 / (1.0 + np.exp(-(self.slope * scores(self.forest, features) + self.intercept)))
        return answer


def fit_anomaly_model(features: Array, excluded: Array, *, rate: float = ALARM_RATE, seed: int = SEED) -> AnomalyModel:
    """An isolation forest (Liu, Ting and Zhou, ICDM 2008) over the rows of ``features`` (float32, [n, features]) that
    are not ``excluded`` ([n], 0 or 1: repaired, or found strange and nobody objected), in the order of time.

    The threshold is the score that a share ``rate`` of healthy runs exceeds which the trees had not seen: each quarter
    is scored by trees that learned from the other three.

    Raises:
        TooLittleDataError: fewer than 500 healthy runs.
    """
    healthy = np.asarray(features, dtype=np.float32)[np.asarray(excluded) == 0]
    if len(healthy) < MIN_ROWS:
        left_out = len(features) - len(healthy)
        more = f"; {left_out} anomalous or repaired ones were left out" if left_out else ""
        raise TooLittleDataError(
            f"{MIN_ROWS - len(healthy)} more healthy runs are needed ({len(healthy)} of {MIN_ROWS}){more}"
        )
    unseen = np.concatenate([scores(_forest(rest, seed), fold) for rest, fold in _folds(healthy)])
    threshold = float(np.quantile(unseen, 1.0 - rate))
    spread = max(threshold - float(np.median(unseen)), LEAST_SPREAD)
    slope = math.log(1.0 / ORDINARY_PROBABILITY - 1.0) / spread
    return AnomalyModel(_forest(healthy, seed), threshold, slope, -slope * threshold, len(healthy))


def scores(forest: IsolationForest, features: Array) -> Array:
    """The anomaly score of each row: 0 to 1, about 0.5 where nothing is said."""
    answer: Array = -forest.score_samples(np.asarray(features, dtype=np.float32))
    return answer


def _forest(healthy: Array, seed: int) -> IsolationForest:
    return IsolationForest(n_estimators=TREES, max_samples=min(ROWS_PER_TREE, len(healthy)), random_state=seed).fit(
        healthy
    )


def _folds(healthy: Array) -> list[tuple[Array, Array]]:
    quarters = np.array_split(np.arange(len(healthy)), FOLDS)
    return [(np.delete(healthy, quarter, axis=0), healthy[quarter]) for quarter in quarters]
