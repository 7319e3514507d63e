"""How strongly the last outcomes speak for a pipeline that broke, against one that fails as it always did."""

import math
from collections.abc import Mapping
from typing import Any, Self

from shared.statistics.error_rates import ErrorRates
from shared.statistics.stored import stored_count, stored_numbers
from shared.statistics.tail import Tail

BROKEN_RATE = 0.5  # a broken pipeline fails at least every other time
LARGEST = 30.0
ONE_INCIDENT_RUNS = 30  # failures within so many runs after the first one belong to it


class FailureEvidence:
    """The most that speaks for a break among three: failures in a row, failures lately, and one error lately.

    In a row: a cumulative sum of log-likelihood ratios that never falls below 0 (Page 1954); a failure adds
    ``ln(broken / usual)``, a success ``ln((1 - broken) / (1 - usual))``. Lately: `ErrorRates`. What it means is judged
    twice: as a likelihood, and by how often it came as high before. There a failure and the 30 runs from it on count
    once, with the most that spoke for a break: an incident counts once, and failures that always come in bursts are no
    news.

    With a usual rate of 2 % one failure adds ln(0.51 / 0.02) = 3.2, the second one in a row makes it 6.3:

    >>> evidence = FailureEvidence()
    >>> for run in range(400):
    ...     evidence.update(run % 50 == 0, "disk full" if run % 50 == 0 else "")
    >>> round(evidence.surprise("disk full"), 1), round(evidence.surprise("no such table"), 1)
    (3.2, 3.2)
    """

    __slots__ = ("_peak", "_runs_since", "_sum", "rates", "tail")

    def __init__(self) -> None:
        self.rates = ErrorRates()
        self.tail = Tail()
        self._sum = self._peak = 0.0
        self._runs_since = 0

    def of_failure(self) -> float:
        """What a failure adds to the sum."""
        usual = self.rates.usual
        return math.log(_broken(usual) / usual)

    def evidence(self, error: str) -> float:
        """What would speak for a break after a further failure with this error ("" where it said nothing)."""
        return min(max(self._sum + self.of_failure(), *self.rates.evidence(error)), LARGEST)

    def surprise(self, error: str) -> float:
        """``-ln p`` of a further failure with this error, after what came before it."""
        evidence = self.evidence(error)
        return min(evidence, self.tail.surprise(evidence))

    def update(self, failed: bool, error: str, *, learn: bool = True) -> None:
        """Learn an outcome; without ``learn`` it counts as evidence, and not towards what is usual."""
        usual = self.rates.usual
        if failed:
            self._peak = max(self._peak, self.evidence(error))
        self._learn_peak()
        step = self.of_failure() if failed else math.log((1.0 - _broken(usual)) / (1.0 - usual))
        self._sum = round(min(max(self._sum + step, 0.0), LARGEST), 4)
        self.rates.update(failed, error, learn=learn)

    def _learn_peak(self) -> None:
        if self._peak:
            self._runs_since += 1
        if not self._peak or self._runs_since >= ONE_INCIDENT_RUNS:
            self.tail.update(self._peak)
            self._peak, self._runs_since = 0.0, 0

    def to_json(self) -> dict[str, Any]:
        """One entry per part."""
        return {
            "sum": [self._sum, self._peak],
            "runs_since": self._runs_since,
            "rates": self.rates.to_json(),
            "tail": self.tail.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value."""
        evidence = cls()
        evidence._sum, evidence._peak = (min(max(each, 0.0), LARGEST) for each in stored_numbers(value["sum"], 2))
        evidence._runs_since = min(stored_count(value["runs_since"]), ONE_INCIDENT_RUNS)
        evidence.rates = ErrorRates.from_json(value["rates"])
        evidence.tail = Tail.from_json(value["tail"])
        return evidence


def _broken(usual: float) -> float:
    return max(BROKEN_RATE, 0.5 * (1.0 + usual))
