"""Fit the model that says how likely a run is to fail."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from functions.train.quality import Array
from shared.errors import FlexiRoasterError
from shared.features import FEATURES

MIN_ROWS = 500
MIN_OF_EACH_OUTCOME = 50
SEED = 20261124


class TooLittleDataError(FlexiRoasterError):
    """There is not enough to learn from. The message says how much is missing."""


@dataclass(frozen=True, slots=True)
class FailureModel:
    """A fitted model and how much it learned from."""

    booster: HistGradientBoostingClassifier
    rows: int
    failures: int

    def probability(self, features: Array) -> Array:
        """Failure probability of each row of ``features`` (float32, [n, 49])."""
        answer: Array = self.booster.predict_proba(features)[:, 1]
        return answer


def fit_failure_model(features: Array, failed: Array, *, pipeline: Array, seed: int = SEED) -> FailureModel:
    """Gradient boosting over ``features`` (float32, [n, 49]) and outcomes ``failed`` (0 or 1, [n]).

    The runs of a ``pipeline`` ([n], any labels) weigh as much together as the square root of their number: one that
    makes 95 % of all runs does not drown the others.

    The probability never falls when a failure rate rises, all else being equal: a history is short and a tree that
    learned otherwise learned an accident. Trees are small and leaves are large, so that 16,000 runs of a few busy
    pipelines are not learned by heart. All of this was chosen on the Gaia history; ``python -m bench.quality`` prints
    what it yields beside the same boosting without it.

    Raises:
        TooLittleDataError: fewer than 500 runs, or fewer than 50 of one outcome.
    """
    rows, failures = len(failed), int(np.sum(failed == 1))
    _require_enough(rows, failures)
    booster = HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=min(200, max(20, rows // 50)),
        l2_regularization=10.0,
        monotonic_cst=[int("failure_rate" in feature.name) for feature in FEATURES],
        early_stopping=False,
        random_state=seed,
    )
    booster.fit(np.asarray(features, dtype=np.float32), failed, sample_weight=_weights(pipeline))
    return FailureModel(booster, rows, failures)


def _weights(pipeline: Array) -> Array:
    _, place, runs = np.unique(pipeline, return_inverse=True, return_counts=True)
    weights = 1.0 / np.sqrt(runs[place])
    normalised: Array = weights / weights.mean()
    return normalised


def _require_enough(rows: int, failures: int) -> None:
    if rows < MIN_ROWS:
        raise TooLittleDataError(f"{MIN_ROWS - rows} more ended runs are needed ({rows} of {MIN_ROWS})")
    for name, count in (("failures", failures), ("successes", rows - failures)):
        if count < MIN_OF_EACH_OUTCOME:
            raise TooLittleDataError(
                f"{MIN_OF_EACH_OUTCOME - count} more {name} are needed ({count} of {MIN_OF_EACH_OUTCOME})"
            )
