"""How strange a run of one pipeline must be before it is an alarm, so that alarms stay within a stated rate."""

import math
from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_numbers

ALARM_RATE = 0.005  # of a healthy pipeline's runs: what is stated
AIMED_RATE = 0.004  # the rest is for the alarms that it takes to find the level
STEP = 0.6
LARGEST = math.log(10.0)


class AlarmBudget:
    """A threshold from 1 to 10: it rises by four fifths at an alarm, and falls so slowly that both balance at the rate.

    Adaptive conformal inference (Gibbs and Candes 2021): whatever the distribution of the strangeness, in the long run
    about 4 runs in 1,000 lie at the threshold or above it, unless the threshold is at its largest. Alarms in a row
    count as one, because they are one incident. Without alarms the threshold is 1.

    >>> budget = AlarmBudget()
    >>> for strangeness in (0.4, 5.0, 5.0, 0.4, 1.2):
    ...     budget.update(strangeness)
    >>> round(budget.get(), 3)
    1.809
    """

    __slots__ = ("_in_alarm", "_log")

    def __init__(self) -> None:
        self._log = 0.0
        self._in_alarm = False

    def get(self) -> float:
        """The strangeness from which on a run is an alarm."""
        return math.exp(self._log)

    def update(self, strangeness: float) -> None:
        """Learn how strange a run was."""
        is_alarm = strangeness >= self.get()
        if is_alarm and not self._in_alarm:
            self._log = min(round(self._log + STEP * (1.0 - AIMED_RATE), 6), LARGEST)
        elif not is_alarm and self._log:
            self._log = max(round(self._log - STEP * AIMED_RATE, 6), 0.0)
        self._in_alarm = is_alarm

    def to_json(self) -> list[float]:
        """``[logarithm of the threshold, whether the last run was an alarm]``."""
        return [self._log, float(self._in_alarm)]

    @classmethod
    def from_json(cls, value: Sequence[float]) -> Self:
        """Read `to_json`'s value."""
        budget = cls()
        log, in_alarm = stored_numbers(value, 2)
        budget._log, budget._in_alarm = min(max(log, 0.0), LARGEST), bool(in_alarm)
        return budget
