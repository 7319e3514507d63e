"""How far a value must lie from the usual one before it is an alarm, for a measure that is wilder than most."""

import math
from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_numbers

LEAST_SPREADS = 5.0
MOST_SPREADS = 200.0
FIRST_RISE = 0.09  # of the level's logarithm, at the first alarm after long quiet
RISE_PER_ALARM = 3.0  # ... times three for every alarm that is remembered
LARGEST_RISE = 1.0
FALL = 0.005  # of the level's logarithm, at each run without an alarm
FORGOTTEN = 0.01
_KEEP = 0.5 ** (1.0 / 100.0)  # alarms are remembered with a half-life of 100 runs


class AlarmLevel:
    """A threshold that follows the alarms it gives: up at an alarm, slowly down without, never below five spreads.

    So a measure that jumps about settles where its alarms are rare, whatever its distribution (adaptive conformal
    inference: Gibbs and Candes 2021), while one alarm in a quiet measure moves the threshold by less than a tenth. An
    alarm after many others moves it by up to a factor e; alarms in a row count as one, so an incident does too.

    >>> level = AlarmLevel()
    >>> for deviation in (2.0, 9.0, 9.0, 1.0, 9.0):
    ...     level.update(deviation)
    >>> round(level.get(), 2)
    7.09
    """

    __slots__ = ("_alarms", "_in_alarm", "_level")

    def __init__(self) -> None:
        self._level = LEAST_SPREADS
        self._alarms = 0.0
        self._in_alarm = False

    def update(self, deviation: float) -> None:
        """Learn how many spreads the next value lay from the usual one (at least 0)."""
        if self._alarms:
            self._alarms = round(self._alarms * _KEEP, 4) if self._alarms >= FORGOTTEN else 0.0
        if deviation <= self._level:
            self._in_alarm = False
            if self._level > LEAST_SPREADS:
                self._level = max(round(self._level * (1.0 - FALL), 4), LEAST_SPREADS)
            return
        if self._in_alarm:
            return
        rise = min(FIRST_RISE * RISE_PER_ALARM ** min(self._alarms, 10.0), LARGEST_RISE)
        self._alarms += 1.0
        self._in_alarm = True
        self._level = min(round(self._level * math.exp(rise), 4), MOST_SPREADS)

    def get(self) -> float:
        """The threshold in spreads."""
        return self._level

    def to_json(self) -> list[float] | None:
        """``[level, alarms, in_alarm]``, or None where nothing has been learned that matters."""
        if self._level == LEAST_SPREADS and not self._alarms and not self._in_alarm:
            return None
        return [self._level, self._alarms, float(self._in_alarm)]

    @classmethod
    def from_json(cls, value: Sequence[float] | None) -> Self:
        """Read `to_json`'s value."""
        level = cls()
        if value is not None:
            threshold, alarms, in_alarm = stored_numbers(value, 3)
            level._level, level._alarms = min(max(threshold, LEAST_SPREADS), MOST_SPREADS), max(alarms, 0.0)
            level._in_alarm = bool(in_alarm)
        return level
