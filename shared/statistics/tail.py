"""How rare a deviation is, judged by the deviations before it."""

import base64
import math
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.statistics.stored import stored_text

WINDOW = 256
MIN_VALUES = 20
TAIL_SHARE = 0.05  # the part of the window that shows how the tail falls off
LEAST_IN_TAIL = 3
USUAL_SHAPE, USUAL_WEIGHT = 0.3, 6.0  # what is believed of a tail before it is seen, and how many values that is worth
LEAST_EDGE = 0.03  # of a logarithm: smaller deviations are not told apart
ANOMALIES_FROM = 100
LARGEST = 50.0
_SMALLEST_SHARE = 700.0


class Tail:
    """The last 256 signed deviations. ``surprise`` is minus the logarithm of how often one as large comes, on its side.

    Inside the window that is counted. Beyond the edge (the outer 5 %) the tail falls off as a power of the deviation,
    whose exponent is Hill's estimate (Hill 1975) from the values past the edge, drawn to 1 / 0.3: an irregular measure
    has a long tail and is hardly ever surprising, whatever its distribution.

    With 100 deviations of 0.0 to 0.99 the edge is 0.95: five values lie past it. 3.0 is past it by ln(3 / 0.95) = 1.15,
    the shape is 0.17, and so ``-ln p`` is ln(101 / 6) + 1.15 / 0.17 = 9.5.

    >>> tail = Tail()
    >>> for n in range(100):
    ...     tail.update(n / 100)
    >>> round(tail.surprise(0.5), 2), round(tail.surprise(3.0), 1), round(tail.surprise(-0.1), 1)
    (0.68, 9.5, 10.2)
    """

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: NDArray[np.float16] = np.zeros(0, np.float16)

    def __len__(self) -> int:
        return len(self._values)

    def update(self, deviation: float) -> None:
        """Learn a deviation (from logarithms: at most 50 in magnitude)."""
        self._values = np.append(self._values, np.float16(min(max(deviation, -LARGEST), LARGEST)))[-WINDOW:]

    def update_at_most(self, deviation: float, surprise: float) -> None:
        """Learn an anomaly's deviation, at most as large as one of this surprise: it must not hide the next one.

        Below 100 values it would all the same, and is left out.
        """
        if len(self._values) < ANOMALIES_FROM:
            return
        side = self._side(deviation)
        edge = self._edge(side)
        at_edge, shape = self._beyond_edge(side, edge)
        most = edge * math.exp(min(shape * max(surprise - at_edge, 0.0), 10.0))
        self.update(math.copysign(min(abs(deviation), most), deviation))

    def clear(self) -> None:
        """Forget all: what deviations are measured from has changed."""
        self._values = self._values[:0]

    def edge(self, deviation: float) -> float:
        """Where the outer 5 % begin on the side of the deviation."""
        return self._edge(self._side(deviation))

    def surprise(self, deviation: float) -> float:
        """``-ln p`` of a deviation as large or larger on its side; 0 below 20 values."""
        count = len(self._values)
        if count < MIN_VALUES:
            return 0.0
        side, size = self._side(deviation), min(abs(deviation), LARGEST)
        edge = self._edge(side)
        if size <= edge:
            beyond = count - int(np.searchsorted(side, size))
            return math.log((count + 1.0) / (beyond + 1.0))
        at_edge, shape = self._beyond_edge(side, edge)
        return min(at_edge + math.log(size / edge) / shape, _SMALLEST_SHARE)

    def _side(self, deviation: float) -> NDArray[np.float64]:
        """The sizes on the side of the deviation, sorted; what lies on the other side counts as 0."""
        values = self._values.astype(np.float64)
        return np.sort(np.maximum(values if deviation > 0.0 else -values, 0.0))

    def _beyond_edge(self, side: NDArray[np.float64], edge: float) -> tuple[float, float]:
        """The surprise at the edge, and the shape of the tail beyond it."""
        tail = max(LEAST_IN_TAIL, round(TAIL_SHARE * len(side)))
        excess = float(np.log(np.maximum(side[-tail:], edge) / edge).sum())
        shape = (excess + USUAL_SHAPE * USUAL_WEIGHT) / (tail + USUAL_WEIGHT)
        return math.log((len(side) + 1.0) / (tail + 1.0)), shape

    def _edge(self, side: NDArray[np.float64]) -> float:
        tail = max(LEAST_IN_TAIL, round(TAIL_SHARE * len(side)))
        return max(float(side[-tail]), LEAST_EDGE) if len(side) >= tail else LEAST_EDGE

    def to_json(self) -> str:
        """The window as base64 of little-endian float16."""
        return base64.b64encode(self._values.astype("<f2").tobytes()).decode("ascii")

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it was cut short or holds a number that is not finite.
        """
        tail = cls()
        values = np.frombuffer(base64.b64decode(stored_text(value), validate=True), "<f2").astype(np.float16)
        if not np.isfinite(values).all():
            raise ValueError("a stored tail holds finite numbers only")
        tail._values = values[-WINDOW:]
        return tail
