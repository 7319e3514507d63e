"""Whether a model in production has become worse than what would answer without it, asked as often as one likes."""

import math
from dataclasses import dataclass

import numpy as np

from functions.train.evaluation import MARGIN
from functions.train.quality import Array

ERROR = 0.01  # chance that a model which is not worse by more than the margin is ever rolled back
START_EVERY = 50
STAKES = (0.1, 0.3, 0.6, 0.9)


@dataclass(frozen=True, slots=True)
class Regression:
    """``evidence`` against the model (`regressed` where it is at least 1 / 0.01 = 100); since how many runs it speaks
    most clearly, and the mean difference of the Brier scores over these."""

    evidence: float
    rows: int
    difference: float

    @property
    def regressed(self) -> bool:
        """Whether the model is to be rolled back."""
        return self.evidence >= 1.0 / ERROR


def regression_test(failed: Array, production: Array, reference: Array, *, earlier: int = 0) -> Regression:
    """Compare answers [n] of production with a reference's to the same runs, in the order of their labels.

    A bet against the claim that production is worse by no more than the margin of 0.005 a run: who stakes a share of
    his wealth on every run multiplies it by ``1 + stake * (difference - margin)``. If the claim holds, no such game has
    a gain, and the chance that he ever has 100 times what he began with is at most 0.01 (Ville 1939; Waudby-Smith and
    Ramdas 2024). Looking every hour costs nothing. Because a model may be good for long and then not, a new bettor
    begins every 50 runs; the k-th has 6 / (pi^2 k^2) of the money, so that all together begin with 1. ``earlier``
    labelled runs of production came before these. A model that is wrong where the heuristic is right, and both are
    sure, loses its place after eleven runs:

    >>> [regression_test(np.zeros(n), np.full(n, 0.99), np.full(n, 0.01)).regressed for n in (9, 11)]
    [False, True]
    """
    differences = (production - failed) ** 2 - (reference - failed) ** 2
    best, total, since = 0.0, 0.0, 0
    for start in range(-earlier % START_EVERY, len(differences), START_EVERY):
        bettor = (earlier + start) // START_EVERY + 1
        growth = _growth(differences[start:] - MARGIN)
        total += 6.0 / (math.pi * bettor) ** 2 * growth
        if growth > best:
            best, since = growth, start
    rows = len(differences) - since
    return Regression(total, rows, float(differences[since:].mean()) if rows else 0.0)


def _growth(gains: Array) -> float:
    """What 1 has become, staked in equal parts at each of the stakes. Bounded, so that it stays a number."""
    logs = np.array([np.log1p(stake * gains).sum() for stake in STAKES])
    return float(np.exp(np.minimum(logs, 100.0)).mean())
