"""A level that anomalous values may be settling on."""

from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_numbers

ACCEPTED_AFTER = 10
LARGEST_DEVIATION = 1e12


class PendingLevel:
    """Count, mean and range of the anomalous deviations in a row, in spreads from what was usual.

    ``get`` is the mean deviation once ten in a row agree: their range is at most half that mean plus four spreads.
    Until then it is None. Ten that disagree are dropped for the next ten.

    >>> level = PendingLevel()
    >>> for value in (39.0, 40.0, 41.0, 40.0, 40.0, 39.5, 40.5, 40.0, 40.0, 40.0):
    ...     level.update(value)
    >>> level.get()
    40.0
    """

    __slots__ = ("count", "high", "low", "mean")

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.low = self.high = 0.0

    def update(self, deviation: float) -> None:
        """Learn the next anomalous deviation."""
        if self.count >= ACCEPTED_AFTER:
            self.count, self.mean = 0, 0.0
        deviation = round(min(max(deviation, -LARGEST_DEVIATION), LARGEST_DEVIATION), 4)
        self.low = min(self.low, deviation) if self.count else deviation
        self.high = max(self.high, deviation) if self.count else deviation
        self.count += 1
        self.mean = round(self.mean + (deviation - self.mean) / self.count, 4)

    def get(self) -> float | None:
        """The deviation of the level to accept, or None."""
        agree = self.high - self.low <= 0.5 * abs(self.mean) + 4.0
        return self.mean if self.count >= ACCEPTED_AFTER and agree else None

    def to_json(self) -> list[float] | None:
        """``[count, mean, low, high]``, or None without values."""
        return [self.count, self.mean, self.low, self.high] if self.count else None

    @classmethod
    def from_json(cls, value: Sequence[float] | None) -> Self:
        """Read `to_json`'s value."""
        level = cls()
        if value is not None:
            count, level.mean, level.low, level.high = stored_numbers(value, 4)
            level.count = int(count)
        return level
