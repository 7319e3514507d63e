"""How often a pipeline starts."""

import math
from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_count, stored_moment, stored_number

_KEEP = 0.9  # of each gap's weight when the next one comes: about the last ten gaps
MIN_GAPS = 3
MAX_GAP_SECONDS = 90 * 86400.0
_MAX_LOG_GAP = math.log1p(MAX_GAP_SECONDS)


class Rhythm:
    """The usual gap between starts in seconds (geometric mean of the last ten or so) and its spread.

    ``get`` is None ("not enough data") before three gaps. A start before the last one moves nothing.

    >>> rhythm = Rhythm()
    >>> for at in (0.0, 3600.0, 7200.0, 10800.0):
    ...     rhythm.update(at)
    >>> round(rhythm.get()), round(rhythm.lateness(18000.0), 3)
    (3600, 0.693)
    """

    __slots__ = ("_gaps", "_mean", "_spread", "last_start")

    def __init__(self) -> None:
        self.last_start: float | None = None
        self._gaps = 0
        self._mean = 0.0
        self._spread = 0.0

    def update(self, at: float) -> None:
        """Learn a start at ``at`` (epoch seconds)."""
        last, self.last_start = self.last_start, at if self.last_start is None else max(at, self.last_start)
        if last is None or at < last:
            return
        gap = math.log1p(min(at - last, MAX_GAP_SECONDS))
        keep = min(_KEEP, self._gaps / (self._gaps + 1.0))
        self._spread = keep * self._spread + (1.0 - keep) * abs(gap - self._mean) if self._gaps else 0.0
        self._mean = keep * self._mean + (1.0 - keep) * gap
        self._gaps = min(self._gaps + 1, 1000)

    def get(self) -> float | None:
        """The usual gap in seconds, or None before three gaps."""
        return math.expm1(self._mean) if self._gaps >= MIN_GAPS else None

    @property
    def spread(self) -> float | None:
        """Mean deviation of a gap from the usual one in natural logarithms, or None before three gaps."""
        return self._spread if self._gaps >= MIN_GAPS else None

    def lateness(self, now: float) -> float:
        """Natural logarithm of (time since the last start / usual gap); 0 where nothing is known."""
        if self.last_start is None or self._gaps < MIN_GAPS:
            return 0.0
        return math.log1p(min(max(now - self.last_start, 0.0), MAX_GAP_SECONDS)) - self._mean

    def to_json(self) -> list[float | None]:
        """``[last_start, gaps, mean, spread]``."""
        return [self.last_start, self._gaps, self._mean, self._spread]

    @classmethod
    def from_json(cls, value: Sequence[float | None]) -> Self:
        """Read `to_json`'s value."""
        rhythm = cls()
        last_start, gaps, mean, spread = value
        rhythm.last_start, rhythm._gaps = stored_moment(last_start), stored_count(gaps)
        rhythm._mean = min(max(stored_number(mean), 0.0), _MAX_LOG_GAP)
        rhythm._spread = min(max(stored_number(spread), 0.0), _MAX_LOG_GAP)
        return rhythm
