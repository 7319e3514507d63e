"""Successes or failures in a row."""

from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_numbers


class Streak:
    """How many runs in a row had the last outcome, and how long the streak before that was.

    Positive counts are successes, negative counts failures, 0 is "no run yet".

    >>> streak = Streak()
    >>> for failed in (False, False, True):
    ...     streak.update(failed)
    >>> streak.get(), streak.previous
    (-1, 2)
    """

    __slots__ = ("current", "previous")

    def __init__(self) -> None:
        self.current = 0
        self.previous = 0

    def update(self, failed: bool) -> None:
        """Learn the outcome of the next run."""
        step = -1 if failed else 1
        if self.current * step < 0:
            self.previous, self.current = self.current, step
        else:
            self.current += step

    def get(self) -> int:
        """The length of the current streak, negative for failures."""
        return self.current

    @property
    def failures(self) -> int:
        """Failures in a row up to the last run."""
        return max(-self.current, 0)

    @property
    def successes(self) -> int:
        """Successes in a row up to the last run."""
        return max(self.current, 0)

    def to_json(self) -> list[int]:
        """``[current, previous]``."""
        return [self.current, self.previous]

    @classmethod
    def from_json(cls, value: Sequence[int]) -> Self:
        """Read `to_json`'s value."""
        streak = cls()
        current, previous = stored_numbers(value, 2)
        streak.current, streak.previous = int(current), int(previous)
        return streak
