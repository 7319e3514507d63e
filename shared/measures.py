"""Baselines of everything a pipeline's runs measure, by name, in bounded space."""

from collections.abc import Mapping
from typing import Any, Self

from shared.short_key import short_key
from shared.statistics.pending_level import PendingLevel
from shared.statistics.robust_baseline import MAX_WINDOW, RobustBaseline, Usual

MIN_WINDOW = 16
MAX_VALUES = 1200  # over all measures of a pipeline: 6.4 KB in its state
STRANGE_FROM = 3.0  # spreads from the centre


class Measures:
    """One `RobustBaseline` per measure, at most ``capacity`` of them; a measure beyond that is not watched.

    Ordinary values enter their baseline. Values of an anomalous run do not, but are held beside it: when ten
    anomalous runs in a row agree on a new level, the baseline moves there (a level shift became normal).

    >>> measures = Measures(capacity=2)
    >>> for seconds in (10, 11, 9, 12, 10, 11, 10, 13):
    ...     measures.update({"duration_seconds": seconds})
    >>> round(measures.get("duration_seconds").median, 1), measures.get("rows_processed")
    (10.5, None)
    >>> for _ in range(10):
    ...     measures.withhold({"duration_seconds": 40})
    >>> round(measures.get("duration_seconds").median, 1)
    40.0
    """

    __slots__ = ("_baselines", "_pending", "capacity")

    def __init__(self, *, capacity: int) -> None:
        self.capacity = capacity
        self._baselines: dict[str, RobustBaseline] = {}
        self._pending: dict[str, PendingLevel] = {}

    def update(self, values: Mapping[str, float]) -> None:
        """Learn the measures of an ordinary run."""
        self._pending.clear()
        window = min(MAX_WINDOW, max(MIN_WINDOW, MAX_VALUES // max(len(self._baselines), 1)))
        for name, value in values.items():
            baseline = self._baseline(name)
            if baseline is not None:
                baseline.update(value, window=window)

    def withhold(self, values: Mapping[str, float]) -> None:
        """Hold the measures of an anomalous run beside their baselines."""
        for name, value in values.items():
            key = short_key(name)
            baseline = self._baselines.get(key)
            usual = baseline.get() if baseline is not None else None
            if baseline is None or usual is None:
                continue
            if abs(usual.deviation(value)) < STRANGE_FROM:
                self._pending.pop(key, None)
                continue
            pending = self._pending.setdefault(key, PendingLevel())
            pending.update(usual.on_scale(value))
            level = pending.get(usual)
            if level is not None:
                baseline.shift(usual.quantity((level - usual.centre) / usual.spread))
                del self._pending[key]

    def baseline(self, name: str) -> RobustBaseline | None:
        """The baseline of this measure, or None where it was never measured."""
        return self._baselines.get(short_key(name))

    def get(self, name: str) -> Usual | None:
        """What is usual for this measure, or None where there is not enough data."""
        baseline = self._baselines.get(short_key(name))
        return None if baseline is None else baseline.get()

    def names(self) -> list[str]:
        """The keys of the measures that have a baseline."""
        return list(self._baselines)

    def __len__(self) -> int:
        return len(self._baselines)

    def to_json(self) -> dict[str, Any]:
        """``{"values": {name: window}, "pending": {name: [..]}}``."""
        return {
            "values": {name: baseline.to_json() for name, baseline in self._baselines.items()},
            "pending": {name: pending.to_json() for name, pending in self._pending.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, capacity: int) -> Self:
        """Read `to_json`'s value, at most ``capacity`` measures of it."""
        measures = cls(capacity=capacity)
        for name, window in list(value["values"].items())[:capacity]:
            measures._baselines[name] = RobustBaseline.from_json(window)
        for name, entry in list(value["pending"].items())[:capacity]:
            measures._pending[name] = PendingLevel.from_json(entry)
        return measures

    def _baseline(self, name: str) -> RobustBaseline | None:
        key = short_key(name)
        baseline = self._baselines.get(key)
        if baseline is None and len(self._baselines) < self.capacity:
            baseline = self._baselines[key] = RobustBaseline()
        return baseline
