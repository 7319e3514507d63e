"""What anybody could say without a model, for comparison."""

from collections.abc import Mapping

import numpy as np

from functions.train.quality import Array
from shared.statistics.run_rates import HALF_LIVES_RUNS


def baselines(truth: Array, known: Array, *, warm_up: int) -> Mapping[str, Array]:
    """Probabilities of three simple methods for every run, each from what was known when it started.

    ``known`` ([n, 2 + half-lives]) holds the pipeline's runs known, its failures in a row, and its decayed failures.
    ``constant`` is the failure rate of the warm-up; ``last_outcome`` says what the pipeline did last; ``ewma`` is its
    exponentially weighted failure rate, with the half-life of 3, 10 or 30 runs that was best (Brier) in the warm-up.
    """
    labelled = truth[:warm_up][truth[:warm_up] >= 0]
    rate = float(labelled.mean()) if len(labelled) else 0.5
    runs, streak, decayed = known[:, 0], known[:, 1], known[:, 2:]
    averages = []
    for place, half_life in enumerate(HALF_LIVES_RUNS):
        keep = 0.5 ** (1.0 / half_life)
        averages.append(rate * keep**runs + decayed[:, place] * (1.0 - keep))
    return {
        "constant": np.full(len(truth), rate),
        "last_outcome": np.where(runs == 0, rate, streak > 0).astype(float),
        "ewma": min(averages, key=lambda said: _brier(truth[:warm_up], said[:warm_up])),
    }


def _brier(truth: Array, said: Array) -> float:
    kept = truth >= 0
    return float(np.mean((said[kept] - truth[kept]) ** 2)) if kept.any() else 0.0
