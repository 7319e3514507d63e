"""Failure rate by number of runs, at several half-lives."""

from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_numbers

HALF_LIVES_RUNS = (3.0, 10.0, 30.0)
_KEEP = tuple(0.5 ** (1.0 / half_life) for half_life in HALF_LIVES_RUNS)


class RunRates:
    """Counts of runs and failures in which a run weighs half after 3, 10 and 30 further runs.

    Without runs every rate is the prior.

    >>> rates = RunRates()
    >>> for failed in (True, False, False):
    ...     rates.update(failed)
    >>> [round(rate, 3) for rate in rates.rate(prior=0.1, strength=1.0)]
    [0.213, 0.255, 0.268]
    """

    __slots__ = ("failures", "runs")

    def __init__(self) -> None:
        self.runs = [0.0] * len(_KEEP)
        self.failures = [0.0] * len(_KEEP)

    def update(self, failed: bool) -> None:
        """Learn the outcome of the next run."""
        one, (short, middle, long) = 1.0 if failed else 0.0, _KEEP
        runs, failures = self.runs, self.failures
        self.runs = [runs[0] * short + 1.0, runs[1] * middle + 1.0, runs[2] * long + 1.0]
        self.failures = [failures[0] * short + one, failures[1] * middle + one, failures[2] * long + one]

    def get(self) -> list[tuple[float, float]]:
        """(runs, failures) per half-life."""
        return list(zip(self.runs, self.failures, strict=True))

    def rate(self, prior: float, strength: float) -> list[float]:
        """Failure rate per half-life; ``prior`` counts as ``strength`` further runs."""
        added = prior * strength
        return [(f + added) / (r + strength) for r, f in zip(self.runs, self.failures, strict=True)]

    def to_json(self) -> list[list[float]]:
        """``[runs, failures]``."""
        return [list(self.runs), list(self.failures)]

    @classmethod
    def from_json(cls, value: Sequence[Sequence[float]]) -> Self:
        """Read `to_json`'s value."""
        rates = cls()
        runs, failures = value
        rates.runs, rates.failures = stored_numbers(runs, len(_KEEP)), stored_numbers(failures, len(_KEEP))
        return rates
