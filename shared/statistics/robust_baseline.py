"""What a measure usually is: median and spread of its last values, which a bad week does not move."""

import base64
import math
import struct
from array import array
from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple, Self

MAX_WINDOW = 50
MIN_VALUES = 8
HEAVY_TAIL_RATIO = 3.0  # positive values that reach past 3 medians are compared on a logarithmic scale
_TO_SIGMA = 1.4826  # median absolute deviation to the standard deviation of a normal distribution
_EDGE_SHARE, _EDGE_TO_SIGMA = 0.15, 1.0364  # 15 % of a normal distribution lie beyond 1.0364 standard deviations
_MEAN_TO_SIGMA = 1.2533  # mean absolute deviation, likewise (Iglewicz and Hoaglin 1993)
RESOLUTION = 0.01  # a spread below 1 % of the usual value is not told from a constant


class Usual(NamedTuple):
    """The median of a measure, and its spread on each side: in its own unit, or of its logarithm where so marked."""

    median: float
    below: float
    above: float
    log_below: bool
    log_above: bool
    values: int

    def deviation(self, value: float) -> float:
        """How many spreads the value lies from the median; signed. In logarithms nothing is below a millionth of it."""
        if value > self.median:
            distance = math.log(value / self.median) if self.log_above else value - self.median
            return distance / self.above
        if self.log_below:
            return -math.log(self.median / max(value, self.median * 1e-6)) / self.below
        return (value - self.median) / self.below

    def quantity(self, deviation: float) -> float:
        """The value that lies ``deviation`` spreads from the median; at most 1e30 in magnitude."""
        spread, log = (self.above, self.log_above) if deviation > 0.0 else (self.below, self.log_below)
        if log:
            return min(self.median * math.exp(min(deviation * spread, 140.0)), 1e30)
        return min(max(self.median + deviation * spread, -1e30), 1e30)


class RobustBaseline:
    """The last ``window`` values of a measure. ``get`` is None ("not enough data") below 8 of them.

    The spread on a side is 1.4826 times the median absolute deviation, or what the outer 15 % on that side imply where
    that is more (a second mode, a long tail). Where more than half the values are equal it is 1.2533 times the mean
    absolute deviation, and never less than 1 % of the usual value. A measure that is always positive is compared by
    ratio below its median, since it cannot fall by more than all of it; with a long tail above it too. Values are kept
    as float32.

    >>> baseline = RobustBaseline()
    >>> for minutes in (10, 11, 9, 12, 10, 11, 10, 13):
    ...     baseline.update(minutes)
    >>> usual = baseline.get()
    >>> round(usual.median, 2), round(usual.below, 2), round(usual.above, 2), round(usual.deviation(41), 1)
    (10.5, 0.07, 1.45, 21.1)
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
            self._usual = _usual(self._sorted())
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


def _usual(ordered: list[float]) -> Usual:
    count = len(ordered)
    half = count // 2
    median = ordered[half] if count % 2 else 0.5 * (ordered[half - 1] + ordered[half])
    positive = ordered[0] > 0.0
    long_tail = positive and ordered[-1] > HEAVY_TAIL_RATIO * median
    nearest = _nearest_half(ordered, median, log=long_tail)
    edge = int(_EDGE_SHARE * count)
    low, high, low_edge, high_edge = ordered[nearest], ordered[nearest + half], ordered[edge], ordered[-1 - edge]
    log_distance = math.log(max(median / low, high / median)) if positive else 0.0
    distance = max(median - low, high - median)
    if positive:
        below = _spread(log_distance, math.log(median / low_edge), RESOLUTION)
    else:
        below = _spread(distance, median - low_edge, RESOLUTION * abs(median))
    if long_tail:
        above = _spread(log_distance, math.log(high_edge / median), RESOLUTION)
    else:
        above = _spread(distance, high_edge - median, RESOLUTION * abs(median))
    below = below or _mean_spread(ordered, median, log=positive)
    above = above or _mean_spread(ordered, median, log=long_tail)
    return Usual(median, below, above, positive, long_tail, count)


def _spread(distance: float, edge_distance: float, floor: float) -> float:
    """The spread of a side; 0 where more than half the values are equal, so that distances say nothing."""
    spread, edge_spread = _TO_SIGMA * distance, edge_distance / _EDGE_TO_SIGMA
    if spread <= floor:
        return 0.0
    return spread if spread > edge_spread else edge_spread


def _mean_spread(ordered: list[float], median: float, *, log: bool) -> float:
    if log:
        distances = [abs(math.log(value / median)) for value in ordered]
        return max(_MEAN_TO_SIGMA * sum(distances) / len(ordered), RESOLUTION)
    distances = [abs(value - median) for value in ordered]
    return max(_MEAN_TO_SIGMA * sum(distances) / len(ordered), RESOLUTION * abs(median), 1e-9)


def _nearest_half(ordered: list[float], median: float, *, log: bool) -> int:
    """Where the smaller half (n // 2 + 1) of the values around the median begins.

    The farther end of that half is as far away as the median of all distances (the upper one of two); a binary search
    over the sorted values finds it without computing every distance.
    """
    size = len(ordered) // 2 + 1
    low, high = 0, len(ordered) - size
    middle_squared, middle_twice = median * median, 2.0 * median
    while low < high:
        at = (low + high) // 2
        below, above = ordered[at], ordered[at + size]
        if (middle_squared > below * above) if log else (middle_twice > below + above):
            low = at + 1
        else:
            high = at
    return low
