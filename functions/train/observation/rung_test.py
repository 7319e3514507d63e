"""Whether a challenger may go up a rung: not worse than what serves, on the same labelled runs."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from functions.train.evaluation import MARGIN
from functions.train.quality import Array

# Looks at so many labelled runs and at no other time: whoever looks again until it suits finds what he wants.
LOOKS = (200, 400, 800, 1600, 3200)
MIN_OF_EACH_OUTCOME = 20
BATCHES = 20
# Student's t with 19 degrees of freedom at 0.99: a twentieth of error, shared by the looks.
T_99 = 2.5395

Decision = Literal["pass", "fail", "wait"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the test says, and in words. ``difference``: of Brier scores, challenger less reference, where it was looked
    at, with the bounds that it lies below and above with 99 %."""

    decision: Decision
    words: str
    rows: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def rung_test(failed: Array, challenger: Array, reference: Array, *, name: str) -> Verdict:
    """Compare answers [n] to the same runs, in the order of their labels; ``failed`` is 0 or 1; ``name`` says whose the
    reference's are.

    Passes at the first look where the difference of the Brier scores is at most the margin of 0.005 with 99 %, fails at
    the first where it is above it with 99 %. A look needs 20 failures and 20 successes. The spread is that of the means
    of 20 batches of consecutive runs, because failures come in bursts (batch means: Law and Carson 1979). After the
    last look it fails: what 3,200 runs do not show is not worth waiting for.
    """
    differences = (challenger - failed) ** 2 - (reference - failed) ** 2
    for look in LOOKS:
        if look > len(failed):
            return Verdict("wait", f"needs {look - len(failed):,} more labelled runs", len(failed))
        if not MIN_OF_EACH_OUTCOME <= failed[:look].sum() <= look - MIN_OF_EACH_OUTCOME:
            continue
        mean, low, high = _bounds(differences[:look])
        words = (
            f"on {look:,} labelled runs its Brier score less that of {name} is {mean:+.4f} "
            f"({low:+.4f} to {high:+.4f}), where {MARGIN:+} is the limit"
        )
        if high <= MARGIN:
            return Verdict("pass", words, look, mean, low, high)
        if low > MARGIN or look == LOOKS[-1]:
            return Verdict("fail", words, look, mean, low, high)
    return Verdict("wait", f"needs {MIN_OF_EACH_OUTCOME} failures and as many successes", len(failed))


def _bounds(differences: Array) -> tuple[float, float, float]:
    batches = differences.reshape(BATCHES, -1).mean(axis=1)
    mean = float(batches.mean())
    error = float(batches.std(ddof=1)) / math.sqrt(BATCHES)
    return mean, mean - T_99 * error, mean + T_99 * error


def worst(verdicts: list[Verdict]) -> Verdict:
    """Of the same test against several references: fails if one fails, passes if all pass."""
    order: dict[Decision, int] = {"fail": 0, "wait": 1, "pass": 2}
    return min(verdicts, key=lambda verdict: (order[verdict.decision], -(verdict.high or -np.inf)))
