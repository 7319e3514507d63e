"""Everything that a pipeline's runs measure, by name, in bounded space."""

from collections.abc import Mapping
from typing import Any, Self

from shared.measure import Measure
from shared.short_key import short_key
from shared.statistics.robust_baseline import MAX_WINDOW
from shared.statistics.usual import Usual

MIN_WINDOW = 16


class Measures:
    """One `Measure` per name, at most ``capacity`` of them; a name beyond that is not watched, until one that had no
    value in ``stale_after`` ordinary runs in a row gives way to it (None: none does).

    They share room for ``max_values`` values (5.4 bytes each when stored): a window is 50 values long where there are
    few measures, and never shorter than 16.

    Ordinary values enter their baseline. Values of an anomalous run do not, but are held beside it: when ten
    anomalous runs in a row agree on a new level, the baseline moves there (a level shift became normal).

    >>> measures = Measures(capacity=2)
    >>> for seconds in (10, 11, 9, 12, 10, 11, 10, 13):
    ...     measures.update({"duration_seconds": seconds})
    >>> round(measures.get("duration_seconds").median, 1), measures.get("rows_processed")
    (10.5, None)
    >>> for _ in range(10):
    ...     moved = measures.withhold({"duration_seconds": 40})
    >>> round(measures.get("duration_seconds").median, 1)
    40.0
    """

    __slots__ = ("_measures", "capacity", "max_values", "stale_after")

    def __init__(self, *, capacity: int, max_values: int = 1000, stale_after: int | None = None) -> None:
        self.capacity = capacity
        self.stale_after = stale_after
        self.max_values = max_values
        self._measures: dict[str, Measure] = {}

    def update(self, values: Mapping[str, float]) -> None:
        """Learn the measures of an ordinary run."""
        if self.stale_after is not None and len(self._measures) >= self.capacity:
            self._make_room(values, self.stale_after)
        window = min(MAX_WINDOW, max(MIN_WINDOW, self.max_values // max(len(self._measures), 1)))
        for name, value in values.items():
            measure = self._at(name)
            if measure is not None:
                measure.update(value, window=window)

    def withhold(self, values: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        """Hold the measures of an anomalous run beside their baselines; answers the medians that moved, from and to."""
        moved: dict[str, tuple[float, float]] = {}
        for name, value in values.items():
            measure = self.measure(name)
            move = None if measure is None else measure.withhold(value)
            if move is not None:
                moved[name] = move
        return moved

    def measure(self, name: str) -> Measure | None:
        """The measure of this name, or None where it was never learned."""
        return self._measures.get(short_key(name))

    def get(self, name: str) -> Usual | None:
        """What is usual for this measure, or None where there is not enough data."""
        measure = self._measures.get(short_key(name))
        return None if measure is None else measure.baseline.get()

    def names(self) -> list[str]:
        """The keys of the measures that have a baseline."""
        return list(self._measures)

    def __len__(self) -> int:
        return len(self._measures)

    def to_json(self) -> dict[str, Any]:
        """``{name: measure}``."""
        return {name: measure.to_json() for name, measure in self._measures.items()}

    @classmethod
    def from_json(
        cls, value: Mapping[str, Any], *, capacity: int, max_values: int = 1000, stale_after: int | None = None
    ) -> Self:
        """Read `to_json`'s value, at most ``capacity`` measures of it."""
        measures = cls(capacity=capacity, max_values=max_values, stale_after=stale_after)
        for name, measure in list(value.items())[:capacity]:
            measures._measures[name] = Measure.from_json(measure)
        return measures

    def _make_room(self, values: Mapping[str, float], stale_after: int) -> None:
        keys = {short_key(name) for name in values}
        for key, measure in self._measures.items():
            measure.runs_absent = 0 if key in keys else measure.runs_absent + 1
        if not keys <= self._measures.keys():
            stale = [key for key, measure in self._measures.items() if measure.runs_absent >= stale_after]
            for key in stale:
                del self._measures[key]

    def _at(self, name: str) -> Measure | None:
        key = short_key(name)
        measure = self._measures.get(key)
        if measure is None and len(self._measures) < self.capacity:
            measure = self._measures[key] = Measure()
        return measure
