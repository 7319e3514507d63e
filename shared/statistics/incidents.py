"""How many incidents a pipeline had of late, so that the first ones do not move what is usual and habits do."""

from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_count, stored_numbers

_KEEP = 0.5 ** (1.0 / 100.0)  # incidents are remembered with a half-life of 100 runs
QUIET, HABIT = 0.8, 1.8
FIRST_SURPRISE, SECOND_SURPRISE = 3.0, 7.0
RUNS_OF_A_HABIT = 3


class Incidents:
    """Anomalous runs in a row are one incident. ``learned`` says how much of a run may be learned as a deviation.

    Of the first incident after long quiet its first run, at most as if it had come once in 20 times (``-ln p`` = 3). Of
    the second one likewise, at most as an alarm (7). From the third one on, anomalies are the pipeline's habit: three
    runs of each are learned as they are. An ordinary run always is.

    >>> incidents = Incidents()
    >>> said = []
    >>> for anomalous in (True, True, False, True, False, True, True):
    ...     incidents.update(anomalous)
    ...     said.append(incidents.learned())
    >>> said
    [3.0, 0.0, inf, 7.0, inf, inf, inf]
    """

    __slots__ = ("_remembered", "in_a_row")

    def __init__(self) -> None:
        self._remembered = 0.0
        self.in_a_row = 0

    def update(self, anomalous: bool) -> None:
        """Count the run."""
        if self.in_a_row and not anomalous:
            self._remembered += 1.0
        self._remembered = round(self._remembered * _KEEP, 4)
        self.in_a_row = self.in_a_row + 1 if anomalous else 0

    def learned(self) -> float:
        """The largest surprise that may be learned of the run counted last; 0: nothing of it."""
        if not self.in_a_row:
            return float("inf")
        if self._remembered >= HABIT:
            return float("inf") if self.in_a_row <= RUNS_OF_A_HABIT else 0.0
        if self.in_a_row > 1:
            return 0.0
        return FIRST_SURPRISE if self._remembered < QUIET else SECOND_SURPRISE

    def to_json(self) -> list[float]:
        """``[remembered, in a row]``."""
        return [self._remembered, self.in_a_row]

    @classmethod
    def from_json(cls, value: Sequence[float]) -> Self:
        """Read `to_json`'s value."""
        incidents = cls()
        remembered, in_a_row = stored_numbers(value, 2)
        incidents._remembered, incidents.in_a_row = max(remembered, 0.0), stored_count(in_a_row)
        return incidents
