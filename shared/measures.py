"""Everything that a pipeline's runs measure, by name, in bounded space."""

from collections.abc import Mapping
from typing import Any, Self

from shared.measure import Measure
from shared.short_key import short_key
from shared.statistics.robust_baseline import MAX_WINDOW
from shared.statistics.usual import Usual

MIN_WINDOW = 16


class Measures:
    """One `Measure` per name, at most ``capacity`` of them; a name beyond that is not watched.

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
    ...     measures.withhold({"duration_seconds": 40})
    >>> round(measures.get("duration_seconds").median, 1)
    40.0
    """

    __slots__ = ("_measures", "capacity", "max_values")

    def __init__(self, *, capacity: int, max_values: int = 1000) -> None:
        self.capacity = capacity
        self.max_values = max_values
        self._measures: dict[str, Measure] = {}

    def update(self, values: Mapping[str, float]) -> None:
        """Learn the measures of an ordinary run."""
        window = min(MAX_WINDOW, max(MIN_WINDOW, self.max_values // max(len(self._measures), 1)))
        for name, value in values.items():
            measure = self._at(name)
            if measure is not None:
                measure.update(value, window=window)

    def withhold(self, values: Mapping[str, float]) -> None:
        """Hold the measures of an anomalous run beside their baselines."""
        for name, value in values.items():
            measure = self.measure(name)
            if measure is not None:
                measure.withhold(value)

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
    def from_json(cls, value: Mapping[str, Any], *, capacity: int, max_values: int = 1000) -> Self:
        """Read `to_json`'s value, at most ``capacity`` measures of it."""
        measures = cls(capacity=capacity, max_values=max_values)
        for name, measure in list(value.items())[:capacity]:
            measures._measures[name] = Measure.from_json(measure)
        return measures

    def _at(self, name: str) -> Measure | None:
        key = short_key(name)
        measure = self._measures.get(key)
        if measure is None and len(self._measures) < self.capacity:
            measure = self._measures[key] = Measure()
        return measure
