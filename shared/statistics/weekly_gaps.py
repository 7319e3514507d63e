"""How long a pipeline may stay away, by the hour of the week at which it started last."""

import base64
import math
from typing import Self

HOUR_SECONDS = 3600.0
HOURS_OF_DAY, HOURS_OF_WEEK = 24, 168
MAX_GAP_SECONDS = 90 * 86400.0
MIN_GAP_SECONDS = 60.0
_STEPS = 254.0 / math.log(MAX_GAP_SECONDS / MIN_GAP_SECONDS)  # one byte: steps of 4.7 %, rounded up; 0 is "never seen"
_KEEP = 0.75  # of what an hour's gap was longer than the newest one


class WeeklyGaps:
    """Per hour of the week (UTC), the longest gap that followed a start in it; a longer one fades in a few weeks.

    Only a gap that leads out of its hour is learned: it is the one that says when the pipeline comes back. ``get``
    takes the hour with its two neighbours, so that a little jitter does not matter. An hour of the week that was never
    seen answers with the same hour of other days, then with its neighbours (a clock change), then with None.

    >>> gaps = WeeklyGaps()
    >>> friday_18h = 1_763_748_000.0
    >>> gaps.update(friday_18h, 62 * 3600.0)
    >>> round(gaps.get(friday_18h + 7 * 86400.0) / 3600.0), gaps.get(friday_18h + 5 * 3600.0)
    (64, None)
    """

    __slots__ = ("_codes",)

    def __init__(self) -> None:
        self._codes = bytearray()

    def update(self, at: float, gap: float) -> None:
        """Learn that the start after the one at ``at`` (epoch seconds) came ``gap`` seconds later."""
        if at // HOUR_SECONDS == (at + gap) // HOUR_SECONDS:
            return
        if not self._codes:
            self._codes = bytearray(HOURS_OF_WEEK)
        hour, code = _hour(at), _code(gap)
        self._codes[hour] = max(code, int(code + _KEEP * (self._codes[hour] - code)))

    def get(self, at: float) -> float | None:
        """The longest gap in seconds after a start at this time of the week, or of the day; None: never seen."""
        if not self._codes:
            return None
        hour = _hour(at)
        if self._codes[hour]:
            code = self._around(hour)
        else:
            days = range(hour % HOURS_OF_DAY, HOURS_OF_WEEK, HOURS_OF_DAY)
            other_days = max(self._codes[other] for other in days) and max(map(self._around, days))
            code = other_days or self._around(hour)
        return MIN_GAP_SECONDS * math.exp((code - 1) / _STEPS) if code else None

    def _around(self, hour: int) -> int:
        codes = self._codes
        return max(codes[hour - 1], codes[hour], codes[(hour + 1) % HOURS_OF_WEEK])

    def to_json(self) -> str:
        """One byte per hour of the week as base64; empty where nothing was learned."""
        return base64.b64encode(self._codes).decode("ascii")

    @classmethod
    def from_json(cls, value: str) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it is no base64, or of another length.
        """
        gaps = cls()
        gaps._codes = bytearray(base64.b64decode(value, validate=True))
        if len(gaps._codes) not in (0, HOURS_OF_WEEK):
            raise ValueError(f"gaps of a week are {HOURS_OF_WEEK} bytes, not {len(gaps._codes)}")
        return gaps


def _hour(at: float) -> int:
    return int(at // HOUR_SECONDS) % HOURS_OF_WEEK


def _code(gap: float) -> int:
    within = min(max(gap, MIN_GAP_SECONDS), MAX_GAP_SECONDS)
    return 1 + math.ceil(math.log(within / MIN_GAP_SECONDS) * _STEPS)
