"""One column of the conditional baselines: its logarithmic scale, its level, and how rare its deviations are."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Self

from shared.statistics.pending_level import PendingLevel
from shared.statistics.stored import stored_number
from shared.statistics.tail import Tail
from shared.statistics.week_profile import WeekProfile

ZERO_SHARE = 0.01  # values below a hundredth of the usual one are hardly told from zero
LEAST_ZERO, LARGEST_ZERO = 1e-30, 1e15
LEVEL_STEP = 0.1  # the recent level is an exponentially weighted mean of about ten runs


class ConditionalColumn:
    """``sign(v) * ln(1 + |v| / zero)`` of a measure: ratios count for large values, differences near zero.

    ``own`` holds deviations from the measure's own median, ``joint`` those from what all else that is known of the run
    implies, ``failed`` the joint ones of failed runs, which stopped on the way. ``profile`` is None where hours of the
    week are not watched. ``level`` is the recent level.
    """

    __slots__ = ("failed", "joint", "level", "own", "pending", "profile", "zero")

    def __init__(self, zero: float, *, seasonal: bool) -> None:
        self.zero = zero
        self.level = 0.0
        self.own, self.joint, self.failed = Tail(), Tail(), Tail()
        self.pending = PendingLevel()
        self.profile = WeekProfile() if seasonal else None

    @classmethod
    def of_window(cls, values: Sequence[float], *, seasonal: bool) -> tuple[Self, list[float]]:
        """A column for a measure whose last values are known, and their logarithms."""
        zero = ZERO_SHARE * statistics.median(map(abs, values)) or 1.0
        column = cls(min(max(zero, LEAST_ZERO), LARGEST_ZERO), seasonal=seasonal)
        logarithms = [column.logarithm(value) for value in values]
        column.level = statistics.fmean(logarithms)
        return column, logarithms

    def logarithm(self, value: float) -> float:
        """The value on the column's scale."""
        return math.copysign(math.log1p(abs(value) / self.zero), value)

    def value(self, logarithm: float) -> float:
        """The value of a place on the scale; at most 1e30 in magnitude."""
        size = math.expm1(min(abs(logarithm), 300.0)) * self.zero
        return math.copysign(min(size, 1e30), logarithm)

    def season(self, at: float) -> float:
        """How far the hour of the week usually lies from the level."""
        return 0.0 if self.profile is None else self.profile.get(at)

    def learn(self, value: float, at: float, *, median: float) -> None:
        """Learn an ordinary value."""
        self.pending = PendingLevel()
        self._learn_hour(value, at, median)
        self.level += LEVEL_STEP * (self.logarithm(value) - self.season(at) - self.level)

    def learn_anomalous(self, value: float, at: float, *, median: float) -> None:
        """What is strange each week at the same hour is a season, until seasons count: then it is an anomaly."""
        if self.profile is not None and not self.profile.is_proven:
            self._learn_hour(value, at, median)

    def _learn_hour(self, value: float, at: float, median: float) -> None:
        """Where seasons begin or cease to count, deviations are counted anew."""
        deviation = self.logarithm(value) - self.logarithm(median)
        if self.profile is not None and self.profile.update(at, deviation):
            for tail in (self.own, self.joint, self.failed):
                tail.clear()

    def scale(self, former: float, present: float) -> bool:
        """A positive level moved by a ratio: the scale moves with it, and nothing else need. False where it did not."""
        if former <= 0.0 or present <= 0.0:
            return False
        self.zero = min(max(self.zero * present / former, LEAST_ZERO), LARGEST_ZERO)
        return True

    def to_json(self) -> dict[str, Any]:
        """One entry per part; what is empty is left out."""
        parts: dict[str, Any] = {"zero": self.zero, "level": self.level, "own": self.own.to_json()}
        parts["joint"] = self.joint.to_json()
        if len(self.failed):
            parts["failed"] = self.failed.to_json()
        if self.pending.count:
            parts["pending"] = self.pending.to_json()
        if self.profile is not None:
            parts["profile"] = self.profile.to_json()
        return parts

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it is none.
        """
        zero = stored_number(value["zero"])
        if not zero > 0.0:
            raise ValueError(f"the scale of a stored column is above 0, not {zero!r:.40}")
        column = cls(zero, seasonal="profile" in value)
        column.level = stored_number(value["level"])
        column.own, column.joint = Tail.from_json(value["own"]), Tail.from_json(value["joint"])
        if "failed" in value:
            column.failed = Tail.from_json(value["failed"])
        column.pending = PendingLevel.from_json(value.get("pending"))
        if "profile" in value:
            column.profile = WeekProfile.from_json(value["profile"])
        return column
