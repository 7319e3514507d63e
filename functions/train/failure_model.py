"""Fit the model that says how likely a run is to fail."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from functions.train.pipeline_halves import pipeline_halves
from functions.train.quality import Array
from functions.train.subject import RUNS, Subject
from shared.errors import FlexiRoasterError

MIN_ROWS = 500
MIN_OF_EACH_OUTCOME = 50
PAIRS, TREES = 8, 30
SEED = 20261124


class TooLittleDataError(FlexiRoasterError):
    """There is not enough to learn from. The message says how much is missing."""


@dataclass(frozen=True, slots=True)
class FailureModel:
    """Fitted boosters that answer together, and how much they learned from."""

    boosters: tuple[HistGradientBoostingClassifier, ...]
    rows: int
    failures: int

    def probability(self, features: Array) -> Array:
        """Failure probability of each row of ``features`` (float32, [n, 49]): logistic of the boosters' mean score."""
        raw = np.mean([booster.decision_function(features) for booster in self.boosters], axis=0)
        answer: Array = 1.0 / (1.0 + np.exp(-raw))
        return answer


def fit_failure_model(
    features: Array,
    failed: Array,
    *,
    pipeline: Array,
    weight: Array | None = None,
    subject: Subject = RUNS,
    seed: int = SEED,
) -> FailureModel:
    """Gradient boosting over ``features`` (float32, [n, those of the subject]) and outcomes ``failed`` (0 or 1, [n]),
    each of which counts ``weight`` times.

    Sixteen boosters, each of which has seen half of the pipelines (``pipeline``, [n], any labels; `pipeline_halves`).
    Of every pipeline eight boosters know nothing but what its features say, so no pipeline's past is learned by heart:
    what a busy pipeline did in its last burst says little about the next. A half that would be too little to learn from
    alone is left out; where no half is enough, one booster learns from everything.

    The probability never falls when a failure rate rises, all else being equal: a history is short and a tree that
    learned otherwise learned an accident. ``python -m bench.quality`` prints what all of this yields beside the same
    boosting without it (docs/decisions/0010).

    Raises:
        TooLittleDataError: fewer than 500 runs, or fewer than 50 of one outcome.
    """
    lacking = _lacking(failed, subject.noun)
    if lacking:
        raise TooLittleDataError(lacking)
    halves = pipeline_halves(pipeline, pairs=PAIRS, seed=seed)
    enough = [half for half in halves if _lacking(failed[half], subject.noun) is None]
    matrix = np.asarray(features, dtype=np.float32)
    boosters = [
        _booster(len(failed[part]), subject, seed).fit(matrix[part], failed[part], sample_weight=_counted(weight, part))
        for part in enough or [np.full(len(failed), True)]
    ]
    return FailureModel(tuple(boosters), len(failed), int(np.sum(failed == 1)))


def _booster(rows: int, subject: Subject, seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=0.15,
        max_leaf_nodes=16,
        min_samples_leaf=min(50, max(20, rows // 50)),
        l2_regularization=10.0,
        monotonic_cst=[int("failure_rate" in name) for name in subject.names],
        early_stopping=False,
        random_state=seed,
    )


def _counted(weight: Array | None, part: Array) -> Array | None:
    # With weights scikit-learn bins several times slower: weights that are all the same say nothing.
    if weight is None or np.all(weight == weight[0]):
        return None
    counted: Array = weight[part]
    return counted


def _lacking(failed: Array, noun: str) -> str | None:
    rows, failures = len(failed), int(np.sum(failed == 1))
    if rows < MIN_ROWS:
        return f"{MIN_ROWS - rows} more ended {noun} are needed ({rows} of {MIN_ROWS})"
    for name, count in (("failures", failures), ("successes", rows - failures)):
        if count < MIN_OF_EACH_OUTCOME:
            return f"{MIN_OF_EACH_OUTCOME - count} more {name} are needed ({count} of {MIN_OF_EACH_OUTCOME})"
    return None
