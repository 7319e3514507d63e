"""The median of a measure and how far its values spread to each side of it."""

import math
from typing import NamedTuple

HEAVY_TAIL_RATIO = 3.0  # positive values that reach past three medians are compared by ratio above it too
RESOLUTION = 0.01  # a spread below 1 % of the usual value is not told from a constant
_TO_SIGMA = 1.4826  # median absolute deviation to the standard deviation of a normal distribution
_EDGE_SHARE, _EDGE_TO_SIGMA = 0.15, 1.0364  # 15 % of a normal distribution lie beyond 1.0364 standard deviations
_MEAN_TO_SIGMA = 1.2533  # mean absolute deviation, likewise (Iglewicz and Hoaglin 1993)


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


def usual_of(ordered: list[float]) -> Usual:
    """The usual value of a sorted, not empty window.

    The spread on a side is 1.4826 times the median absolute deviation, or what the outer 15 % on that side imply where
    that is more (a second mode, a long tail). Where more than half the values are equal it is 1.2533 times the mean
    absolute deviation, and never less than 1 % of the usual value. A measure that is always positive is compared by
    ratio below its median, since it cannot fall by more than all of it; with a long tail above it too.

    >>> usual = usual_of([9, 10, 10, 10, 11, 11, 12, 13])
    >>> round(usual.median, 2), round(usual.below, 2), round(usual.above, 2), round(usual.deviation(41), 1)
    (10.5, 0.07, 1.45, 21.1)
    """
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
