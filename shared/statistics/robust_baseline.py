"""The last values of a measure, for what is usual of it: median and spread, which a bad week does not move."""

import base64
import math
import struct
from array import array
from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Self

from shared.statistics.usual import Usual, usual_of

MAX_WINDOW = 50
MIN_VALUES = 8


class RobustBaseline:
    """The last ``window`` values of a measure. ``get`` is None ("not enough data") below 8 of them.

    What "usual" means is `usual_of`'s business. Values are kept as float32.

    >>> baseline = RobustBaseline()
    >>> for minutes in (10, 11, 9, 12, 10, 11, 10, 13):
    ...     baseline.update(minutes)
    >>> baseline.get().median, round(baseline.get().deviation(41), 1)
    (10.5, 21.1)
    """

    __slots__ = ("_ordered", "_usual", "values")

    def __init__(self, values: Sequence[float] = ()) -> None:
        self.values = array("f", values)
        self._ordered: list[float] | None = None
        self._usual: Usual | None = None

    def update(self, value: float, *, window: int = MAX_WINDOW) -> None:
        """Learn a value (magnitude below 1e30) and forget the oldest beyond ``window``."""
        values, ordered = self.values, self._ordered
        values.append(value)
        if ordered is not None:
            insort(ordered, values[-1])
        while len(values) > window:
            oldest = values.pop(0)
            if ordered is not None:
                del ordered[bisect_left(ordered, oldest)]
        self._usual = None

    def get(self) -> Usual | None:
        """Centre and spread, or None below 8 values."""
        if self._usual is None and len(self.values) >= MIN_VALUES:
            self._usual = usual_of(self._sorted())
        return self._usual

    def quantile(self, share: float) -> float | None:
        """The value below which ``share`` of the window lies (linear interpolation), or None below 8 values."""
        if len(self.values) < MIN_VALUES:
            return None
        ordered = self._sorted()
        at = share * (len(ordered) - 1)
        low = int(at)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (at - low)

    def shift(self, to: float) -> None:
        """Accept a new level: move the whole window so that its median is ``to``, keeping its spread."""
        usual = self.get()
        if usual is None:
            return
        if usual.log_below and to > 0:
            factor = to / usual.median
            moved = [value * factor for value in self.values]
        else:
            distance = to - usual.median
            moved = [value + distance for value in self.values]
        self.values = array("f", (min(max(value, -1e30), 1e30) for value in moved))
        self._ordered = self._usual = None

    def to_json(self) -> str:
        """The window as base64 of little-endian float32."""
        return base64.b64encode(struct.pack(f"<{len(self.values)}f", *self.values)).decode("ascii")

    @classmethod
    def from_json(cls, value: str) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it is no base64, was cut short, or holds a number that is not finite.
        """
        packed = base64.b64decode(value, validate=True)
        if len(packed) % 4:
            raise ValueError(f"a stored baseline of {len(packed)} bytes was cut short")
        values = struct.unpack(f"<{len(packed) // 4}f", packed)
        if not math.isfinite(sum(values)):
            raise ValueError("a stored baseline holds finite numbers only")
        return cls(values[-MAX_WINDOW:])

    def _sorted(self) -> list[float]:
        if self._ordered is None:
            self._ordered = sorted(self.values)
        return self._ordered
