"""What anybody could say without a model, for comparison."""

from collections.abc import Mapping

import numpy as np

from functions.train.quality import Array, brier, labelled_rows
from shared.statistics.run_rates import HALF_LIVES_RUNS


def baselines(truth: Array, known: Array, *, warm_up: int) -> Mapping[str, Array]:
    """Probabilities of three simple methods for every run, each from what was known when it started.

    ``known`` ([n, 2 + half-lives]) holds the pipeline's runs known, its failures in a row, and its decayed failures.
    ``constant`` is the failure rate of the warm-up; ``last_outcome`` says what the pipeline did last; ``ewma`` is its
    exponentially weighted failure rate, with the half-life of 3, 10 or 30 runs that was best (Brier) in the warm-up.
    """
    kept = labelled_rows(truth, (0, warm_up))
    labelled = truth[kept]
    rate = float(labelled.mean()) if len(labelled) else 0.5
    runs, streak, decayed = known[:, 0], known[:, 1], known[:, 2:]
    averages = []
    for place, half_life in enumerate(HALF_LIVES_RUNS):
        keep = 0.5 ** (1.0 / half_life)
        averages.append(rate * keep**runs + decayed[:, place] * (1.0 - keep))
    return {
        "constant": np.full(len(truth), rate),
        "last_outcome": np.where(runs == 0, rate, streak > 0).astype(float),
        "ewma": min(averages, key=lambda said: brier(labelled, said[kept])) if len(kept) else averages[0],
    }
