"""A fair sample of the rows that a pipeline's runs measured, in bounded space."""

import base64
import zlib
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shared.statistics.stored import stored_count, stored_text

Rows = NDArray[np.float32]

MAX_COLUMNS = 128
MAX_ROWS = 256
MAX_CELLS = 11_000  # 59 KB when stored
MEMORY = 2048  # runs: a row is replaced as if no more than this many had ever been seen, so that old ones fade
LARGEST = 1e30


class RowSample:
    """At most 256 rows, fewer where there are more than 42 columns; a cell that was not measured is NaN.

    Every row of the last 2,048 or so has the same chance to be among them (reservoir sampling, algorithm R: Vitter
    1985, here with an end to its memory). The chance comes from a checksum of the count: the same rows give the same
    sample.

    >>> sample = RowSample()
    >>> sample.update({"duration_seconds": 600.0, "rows": 4.0}), sample.update({"rows": 5.0}), sample.count
    (0, 1, 2)
    >>> sample.rows
    array([[600.,   4.],
           [ nan,   5.]], dtype=float32)
    """

    __slots__ = ("count", "names", "rows")

    def __init__(self) -> None:
        self.count = 0
        self.names: dict[str, int] = {}
        self.rows: Rows = np.empty((0, 0), np.float32)

    @property
    def capacity(self) -> int:
        """How many rows there is room for."""
        return min(MAX_ROWS, MAX_CELLS // max(len(self.names), 1))

    def update(self, values: Mapping[str, float]) -> int | None:
        """Learn a row; answers the place that it took, or None where it was not sampled."""
        self._widen(values)
        self.count += 1
        if len(self.rows) < self.capacity:
            self.rows = np.concatenate([self.rows, self.row(values)[np.newaxis]])
            return len(self.rows) - 1
        place = zlib.crc32(b"%d" % self.count) % min(self.count, MEMORY)
        if place >= len(self.rows):
            return None
        self.rows[place] = self.row(values)
        return place

    def row(self, values: Mapping[str, float]) -> Rows:
        """The values in the order of the columns; NaN where there is none."""
        return np.array([_bounded(values.get(name)) for name in self.names], np.float32)

    def _widen(self, values: Mapping[str, float]) -> None:
        new = [name for name in values if name not in self.names][: MAX_COLUMNS - len(self.names)]
        if not new:
            return
        for name in new:
            self.names[name] = len(self.names)
        unknown = np.full((len(self.rows), len(new)), np.nan, np.float32)
        self.rows = np.concatenate([self.rows, unknown], axis=1)[: self.capacity]

    def to_json(self) -> dict[str, Any]:
        """``{"count", "names", "rows"}``; the rows as base64 of little-endian float32."""
        rows = base64.b64encode(self.rows.astype("<f4").tobytes()).decode("ascii")
        return {"count": self.count, "names": list(self.names), "rows": rows}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it is no such value, was cut short, or holds an infinite number.
        """
        sample = cls()
        sample.count = stored_count(value["count"])
        sample.names = {stored_text(name): place for place, name in enumerate(value["names"])}
        packed = np.frombuffer(base64.b64decode(value["rows"], validate=True), "<f4")
        sample.rows = packed.reshape(-1, len(sample.names)).astype(np.float32) if sample.names else sample.rows
        if np.isinf(sample.rows).any() or not len(sample.rows) <= sample.capacity or len(sample.names) > MAX_COLUMNS:
            raise ValueError("a stored sample holds finite numbers, and no more than there is room for")
        return sample


def _bounded(value: float | None) -> float:
    return float("nan") if value is None else min(max(value, -LARGEST), LARGEST)
