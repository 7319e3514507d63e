"""What is usual in each column of a sample, and how much of a change counts."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.statistics.stored import stored_text

Floats = NDArray[np.float64]
LeastChange = Callable[[str, float], tuple[float, float]]
"""From a column's name and usual value: the least change below it and above it that matters; infinite: none does."""

MIN_KNOWN = 8
CLIP = 12.0  # spreads: no column counts for more
LEAST_CHANGE_SPREADS = 5.0  # the least change that matters counts as so many spreads at most
RESOLUTION = 1e-4  # a spread below 0.01 % of the usual value is not told from a constant
_QUARTER_TO_SIGMA, _TENTH_TO_SIGMA = 1.349, 2.563  # between the outer quarters and tenths of a normal distribution
_SMALLEST = 1e-30


@dataclass(frozen=True, slots=True)
class ColumnScale:
    """Per column the median and one over the spread on each side (0: not compared). Float64, [columns]."""

    median: Floats
    below: Floats
    above: Floats

    def deviations(self, rows: NDArray[np.floating]) -> Floats:
        """Spreads from the median, at most 12, of rows [n, columns]; 0 where nothing was measured or is compared.

        Columns that the scale does not know yet are left out.
        """
        distance = np.nan_to_num(rows[..., : len(self.median)] - self.median, nan=0.0)
        scaled = distance * np.where(distance > 0.0, self.above, self.below)
        deviations: Floats = np.clip(scaled, -CLIP, CLIP)
        return deviations

    def compared(self) -> int:
        """How many columns are compared on a side at least."""
        return int(np.count_nonzero((self.below > 0.0) | (self.above > 0.0)))

    @classmethod
    def of(
        cls, rows: NDArray[np.floating], names: Sequence[str], least_change: LeastChange | None = None
    ) -> "ColumnScale":
        """The scale of a sample [n, columns]. A column with fewer than 8 known values is not compared.

        The spread is what the middle half or the middle four fifths imply for a normal distribution, whichever is more;
        of a column that hardly ever changes it is the standard deviation.
        """
        columns = [_column(rows[:, place], name, least_change) for place, name in enumerate(names)]
        median, below, above = np.array(columns, np.float64).reshape(-1, 3).T.copy()
        return cls(median, below, above)

    def to_json(self) -> str:
        """Base64 of little-endian float64: medians, then below, then above."""
        return base64.b64encode(np.stack([self.median, self.below, self.above]).astype("<f8").tobytes()).decode("ascii")

    @classmethod
    def from_json(cls, value: object, *, columns: int) -> "ColumnScale":
        """Read `to_json`'s value.

        Raises:
            ValueError: it is of another number of columns, or holds a number that is not finite.
        """
        packed = np.frombuffer(base64.b64decode(stored_text(value), validate=True), "<f8").astype(np.float64)
        if len(packed) != 3 * columns or not np.isfinite(packed).all():
            raise ValueError(f"a stored scale holds 3 finite numbers for each of {columns} columns")
        median, below, above = packed.reshape(3, columns)
        return cls(median, below, above)


def _column(column: NDArray[np.floating], name: str, least_change: LeastChange | None) -> tuple[float, float, float]:
    known = np.sort(column[~np.isnan(column)].astype(np.float64))
    if len(known) < MIN_KNOWN:
        return 0.0, 0.0, 0.0
    last = len(known) - 1
    lowest, low, median, high, highest = (float(known[round(share * last)]) for share in (0.1, 0.25, 0.5, 0.75, 0.9))
    spread = max((high - low) / _QUARTER_TO_SIGMA, (highest - lowest) / _TENTH_TO_SIGMA)
    floor = max(RESOLUTION * abs(median), _SMALLEST)
    if spread <= floor:
        spread = max(float(known.std()), floor)
    below, above = (0.0, 0.0) if least_change is None else least_change(name, median)
    return median, 1.0 / max(spread, below / LEAST_CHANGE_SPREADS), 1.0 / max(spread, above / LEAST_CHANGE_SPREADS)
