"""Failure counts per key, for a bounded number of keys."""

from collections.abc import Sequence
from typing import Any, Self

from shared.statistics.stored import stored_numbers

_STEPS = 10_000.0  # counts are kept in ten-thousandths, which are short when stored


class OutcomeTable:
    """Decayed (runs, failures) for each of the ``capacity`` keys seen last.

    A key's counts decay with its own runs (half-life ``half_life_runs``), so a rare key is not forgotten because
    others are busy; the key not seen for longest makes room. An unknown key counts (0, 0).

    >>> table = OutcomeTable(capacity=2)
    >>> for key, failed in (("a", True), ("b", False), ("a", True), ("c", False)):
    ...     table.update(key, failed)
    >>> round(table.get("a")[1], 3), table.get("b"), table.get("c")
    (1.933, (0.0, 0.0), (1.0, 0.0))
    """

    __slots__ = ("_counts", "_keep", "capacity")

    def __init__(self, *, capacity: int, half_life_runs: float = 10.0) -> None:
        self.capacity = capacity
        self._keep = 0.5 ** (1.0 / half_life_runs)
        self._counts: dict[str, tuple[float, float]] = {}  # least recently seen first

    def update(self, key: str, failed: bool) -> None:
        """Learn the outcome of one run with this key."""
        counts = self._counts
        runs, failures = counts.pop(key, (0.0, 0.0))
        if len(counts) >= self.capacity:
            del counts[next(iter(counts))]
        keep = self._keep * _STEPS
        failures = int(failures * keep + (_STEPS + 0.5 if failed else 0.5)) / _STEPS
        counts[key] = (int(runs * keep + _STEPS + 0.5) / _STEPS, failures)

    def get(self, key: str) -> tuple[float, float]:
        """(runs, failures) of this key."""
        return self._counts.get(key, (0.0, 0.0))

    def rate(self, key: str, prior: float, strength: float) -> float:
        """Failure rate of this key; ``prior`` counts as ``strength`` further runs."""
        runs, failures = self._counts.get(key, (0.0, 0.0))
        return (failures + prior * strength) / (runs + strength)

    def keys(self) -> list[str]:
        """The keys that are remembered, least recently seen first."""
        return list(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def to_json(self) -> list[list[Any]]:
        """``[keys, runs, failures]``, least recently seen first."""
        counts = self._counts.values()
        return [list(self._counts), [runs for runs, _ in counts], [failures for _, failures in counts]]

    @classmethod
    def from_json(cls, value: Sequence[Sequence[Any]], *, capacity: int, half_life_runs: float = 10.0) -> Self:
        """Read `to_json`'s value, at most ``capacity`` keys of it."""
        table = cls(capacity=capacity, half_life_runs=half_life_runs)
        keys, runs, failures = value
        counts = zip(stored_numbers(runs, len(keys)), stored_numbers(failures, len(keys)), strict=True)
        table._counts = dict(list(zip(map(str, keys), counts, strict=True))[-capacity:])
        return table
