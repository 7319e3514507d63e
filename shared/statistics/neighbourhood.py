"""How far a run's measures together lie from the runs that were most like it."""

import math
from collections.abc import Mapping
from typing import Any, Self

from shared.statistics.column_scale import ColumnScale, Floats, LeastChange
from shared.statistics.placed_rows import PlacedRows
from shared.statistics.row_sample import RowSample
from shared.statistics.stored import stored_count, stored_numbers

MIN_ROWS = 16
REFRESH_SHARE, REFRESH_MOST = 0.1, 64
TOO_FAR = 2.0  # so strange a row is not learned
ANEW_AFTER = 10  # rows in a row that were withheld
ALARM_SHARE = 0.005
ORDINARY = 0.2  # the strangeness of the median row
# A tail that falls exponentially from the median, and holds a tenth beyond the ninth decile, has the share left here.
_ALARM_AT = math.log(0.5 / ALARM_SHARE) / math.log(0.5 / 0.1)
LEAST_MARGIN = 1.75  # spreads from the median distance to an alarm: where rows repeat, a new one is not strange yet
_LEAST_DISTANCE = 0.05


class Neighbourhood:
    """A sample of ordinary rows. What is strange has no near neighbours there, whatever each of its numbers is alone.

    The distance of a row is that of `PlacedRows`, in the spreads of `ColumnScale`; ``get`` relates it to the distances
    that the sampled rows have among themselves: 0.2 is their median, and 1.0 is where one in 200 is expected.
    (Ramaswamy, Rastogi and Shim, SIGMOD 2000; that a sample is enough: Sugiyama and Borgwardt, NeurIPS 2013.) Scale and
    distances are taken again after every tenth more rows, or 64.

    A row too far away is withheld, so that anomalies do not become each other's neighbours; ten in a row mean that the
    pipeline has changed, and the sample begins anew.

    >>> near = Neighbourhood()
    >>> for n in range(100):
    ...     near.update({"rows": 1000.0 + n % 17, "seconds": 60.0 + n % 17})
    >>> round(near.get({"rows": 1005.0, "seconds": 64.0}), 1), round(near.get({"rows": 1016.0, "seconds": 40.0}), 1)
    (0.2, 1.9)
    """

    __slots__ = ("_asked", "_margin", "_middle", "_placed", "_refresh_at", "_scale", "sample", "withheld")

    def __init__(self) -> None:
        self.sample = RowSample()
        self.withheld = 0
        self._begin()

    def _begin(self) -> None:
        self._scale: ColumnScale | None = None
        self._middle = self._margin = 0.0
        self._refresh_at = MIN_ROWS
        self._placed: PlacedRows | None = None
        self._asked: tuple[tuple[tuple[str, float], ...], float | None] | None = None

    def get(self, values: Mapping[str, float]) -> float | None:
        """How strange the values are together: an alarm begins at 1. None below 16 rows."""
        distance = self._distance(values)
        if distance is None:
            return None
        if distance <= self._middle:
            return ORDINARY * distance / self._middle
        return ORDINARY + (1.0 - ORDINARY) * (distance - self._middle) / self._margin

    def columns_compared(self) -> int:
        """How many columns have a scale."""
        return 0 if self._scale is None else self._scale.compared()

    def shares(self, values: Mapping[str, float]) -> dict[str, float]:
        """How much of the squared distance to the nearest rows each column makes up, largest first; sums to 1."""
        among = self._among(values)
        if among is None:
            return {}
        by_column = among[0].differences(among[1])
        total = float(by_column.sum()) or 1.0
        shares = {name: float(by_column[place]) / total for name, place in self.sample.names.items()}
        return dict(sorted(shares.items(), key=lambda share: -share[1]))

    def update(
        self, values: Mapping[str, float], least_change: LeastChange | None = None, *, withhold: bool = False
    ) -> None:
        """Learn the values of a run that completed, unless it is to be withheld or lies too far away."""
        strangeness = self.get(values)
        if withhold or (strangeness is not None and strangeness >= TOO_FAR):
            self._withhold()
            return
        self.withheld, self._asked = 0, None
        place = self.sample.update(values)
        is_wider = self._scale is not None and len(self._scale.median) < len(self.sample.names)
        if self.sample.count >= self._refresh_at or is_wider:
            self._refresh(least_change)
        elif place is not None:
            self._placed = None

    def _withhold(self) -> None:
        self.withheld += 1
        if self.withheld >= ANEW_AFTER:
            self.sample, self.withheld = RowSample(), 0
            self._begin()

    def _refresh(self, least_change: LeastChange | None) -> None:
        count = self.sample.count
        self._refresh_at = count + max(1, min(int(count * REFRESH_SHARE), REFRESH_MOST))
        self._scale = ColumnScale.of(self.sample.rows, list(self.sample.names), least_change)
        self._placed = PlacedRows(self._scale.deviations(self.sample.rows))
        distances = self._placed.distances_among()
        middle, outer = float(distances[len(distances) // 2]), float(distances[int(0.9 * len(distances))])
        self._middle = max(middle, _LEAST_DISTANCE)
        self._margin = max(_ALARM_AT * (outer - middle), LEAST_MARGIN)

    def _among(self, values: Mapping[str, float]) -> tuple[PlacedRows, Floats] | None:
        """The placed sample, and the values as a point beside it; None before there is a scale."""
        if self._scale is None:
            return None
        if self._placed is None:
            self._placed = PlacedRows(self._scale.deviations(self.sample.rows))
        return self._placed, self._scale.deviations(self.sample.row(values))

    def _distance(self, values: Mapping[str, float]) -> float | None:
        # A run is asked about several times before it is learned.
        asked = tuple(values.items())
        if self._asked is None or self._asked[0] != asked:
            among = self._among(values)
            self._asked = asked, None if among is None else among[0].distance(among[1])
        return self._asked[1]

    def to_json(self) -> dict[str, Any]:
        """The sample, its scale, and when that is to be taken again."""
        return {
            "sample": self.sample.to_json(),
            "scale": None if self._scale is None else self._scale.to_json(),
            "distances": [self._middle, self._margin],
            "refresh_at": self._refresh_at,
            "withheld": self.withheld,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value."""
        near = cls()
        near.sample = RowSample.from_json(value["sample"])
        near._middle, near._margin = stored_numbers(value["distances"], 2)
        near._refresh_at = stored_count(value["refresh_at"])
        near.withheld = stored_count(value["withheld"])
        if value["scale"] is not None:
            near._scale = ColumnScale.from_json(value["scale"], columns=len(near.sample.names))
            if not (near._middle > 0.0 and near._margin > 0.0) or len(near.sample.rows) < MIN_ROWS:
                raise ValueError("a stored scale goes with at least 16 rows and the distances among them")
        return near
