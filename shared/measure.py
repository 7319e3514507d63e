"""One measure of a pipeline: what is usual for it, and how far from that is an alarm."""

from collections.abc import Mapping
from typing import Any, Self

from shared.statistics.alarm_level import AlarmLevel
from shared.statistics.pending_level import PendingLevel
from shared.statistics.robust_baseline import MAX_WINDOW, RobustBaseline
from shared.statistics.stored import stored_count

STRANGE_FROM = 3.0  # spreads from the centre
FEW_VALUES = 8.0  # a baseline of n values asks for (1 + 8 / n) times the alarm level


class Measure:
    """A baseline, an alarm level on each side, and a level that anomalous values may be settling on.

    >>> memory = Measure()
    >>> for used in (900, 910, 905, 890, 900, 915, 895, 900, 905, 910):
    ...     memory.update(used)
    >>> round(memory.strangeness(905), 2), round(memory.strangeness(1400), 1)
    (0.02, 5.0)
    """

    __slots__ = ("above", "baseline", "below", "pending", "runs_absent")

    def __init__(self) -> None:
        self.baseline = RobustBaseline()
        self.above = AlarmLevel()
        self.below = AlarmLevel()
        self.pending = PendingLevel()
        self.runs_absent = 0  # counted by `Measures` where there is no room for more

    def strangeness(self, value: float) -> float | None:
        """The deviation against the alarm level of its side, signed: alarms begin at +-1. None below 8 values."""
        usual = self.baseline.get()
        if usual is None:
            return None
        deviation = usual.deviation(value)
        level = (self.above if deviation > 0.0 else self.below).get()
        return deviation / (level * (1.0 + FEW_VALUES / usual.values))

    def update(self, value: float, *, window: int = MAX_WINDOW) -> None:
        """Learn an ordinary value. One that is strange all the same, on the same side, keeps a pending level alive."""
        if self.pending.count:
            usual = self.baseline.get()
            deviation = 0.0 if usual is None else usual.deviation(value)
            if abs(deviation) < STRANGE_FROM or deviation * self.pending.mean < 0.0:
                self.pending = PendingLevel()
        self.baseline.update(value, window=window)

    def learn_deviation(self, value: float, *, failed: bool) -> float | None:
        """Let the alarm level of its side follow the value's deviation, an alarm or not; answers the deviation.

        A failed run stopped on the way: that it measured less teaches nothing.
        """
        usual = self.baseline.get()
        if usual is None:
            return None
        deviation = usual.deviation(value)
        asked = 1.0 + FEW_VALUES / usual.values
        if deviation > 0.0:
            self.above.update(deviation / asked)
        elif not failed:
            self.below.update(-deviation / asked)
        return deviation

    def withhold(self, value: float) -> tuple[float, float] | None:
        """Hold the value of an anomalous run beside the baseline; move there once ten in a row agree.

        Answers the former median and the present one where it moved.
        """
        usual = self.baseline.get()
        if usual is None:
            return None
        deviation = usual.deviation(value)
        if abs(deviation) < STRANGE_FROM:
            self.pending = PendingLevel()
            return None
        self.pending.update(deviation)
        level = self.pending.get()
        if level is None:
            return None
        present = usual.quantity(level)
        self.baseline.shift(present)
        self.pending = PendingLevel()
        return usual.median, present

    def to_json(self) -> list[Any]:
        """``[window]``, with ``{"above", "below", "pending", "absent"}`` behind it where any of them says something."""
        parts = {"above": self.above.to_json(), "below": self.below.to_json(), "pending": self.pending.to_json()}
        known: dict[str, Any] = {name: part for name, part in parts.items() if part is not None}
        if self.runs_absent:
            known["absent"] = self.runs_absent
        return [self.baseline.to_json(), known] if known else [self.baseline.to_json()]

    @classmethod
    def from_json(cls, value: list[Any]) -> Self:
        """Read `to_json`'s value."""
        measure = cls()
        measure.baseline = RobustBaseline.from_json(value[0])
        if len(value) > 1:
            known: Mapping[str, Any] = value[1]
            measure.above = AlarmLevel.from_json(known.get("above"))
            measure.below = AlarmLevel.from_json(known.get("below"))
            measure.pending = PendingLevel.from_json(known.get("pending"))
            measure.runs_absent = stored_count(known.get("absent", 0))
        return measure
