"""A level that anomalous values may be settling on."""

from collections.abc import Sequence
from typing import Self

from shared.statistics.robust_baseline import Usual
from shared.statistics.stored import stored_numbers

ACCEPTED_AFTER = 10


class PendingLevel:
    """Count, mean and range of the anomalous values in a row, on their baseline's scale.

    ``get`` is the new level once ten values in a row agree: their range is at most half their distance from the
    old centre plus four of its spreads. Until then it is None. Ten that disagree are dropped for the next ten.

    >>> level = PendingLevel()
    >>> for value in (39.0, 40.0, 41.0, 40.0, 40.0, 39.5, 40.5, 40.0, 40.0, 40.0):
    ...     level.update(value)
    >>> level.get(Usual(centre=10.0, below=1.0, above=1.0, log=False, values=50))
    40.0
    """

    __slots__ = ("count", "high", "low", "mean")

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.low = self.high = 0.0

    def update(self, value: float) -> None:
        """Learn the next anomalous value."""
        if self.count >= ACCEPTED_AFTER:
            self.count, self.mean = 0, 0.0
        self.low = min(self.low, value) if self.count else value
        self.high = max(self.high, value) if self.count else value
        self.count += 1
        self.mean += (value - self.mean) / self.count

    def get(self, usual: Usual) -> float | None:
        """The level to accept, or None."""
        agree = self.high - self.low <= 0.5 * abs(self.mean - usual.centre) + 2.0 * (usual.below + usual.above)
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
