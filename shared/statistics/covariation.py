"""How several numbers vary together, and what each should be, given the others."""

import base64
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shared.statistics.stored import stored_count, stored_text

Floats = NDArray[np.float64]

MEMORY_RUNS = 500.0
LEAST_VARIANCE = 1e-4  # of logarithms: a hundredth is not told from a constant
SHRINKAGE_RUNS = 4.0  # covariances count as if so many runs without any had been seen besides
LARGEST_VARIANCE = 1e6


class Covariation:
    """Mean and covariance of a growing set of columns over the last 500 runs or so; NaN marks what was not measured.

    ``residuals`` is each value less what a linear regression on all others expects: with the precision matrix P and the
    distance e from the mean, ``(P e)_j / P_jj`` (Lauritzen 1996, proposition 5.2), for all columns at once.

    >>> together = Covariation()
    >>> together.add(0.0, 1.0), together.add(0.0, 1.0)
    (0, 1)
    >>> for n in range(400):
    ...     together.update(np.array([n % 10, 2.0 * (n % 10) + 0.1 * (n % 3)]))
    >>> [together.residuals(np.array([first, 18.0])).round(1).tolist() for first in (9.0, 1.0)]
    [[0.1, 0.0], [-7.9, 15.8]]
    """

    __slots__ = ("covariance", "mean", "runs")

    def __init__(self) -> None:
        self.runs = 0
        self.mean = np.zeros(0)
        self.covariance = np.zeros((0, 0))

    def add(self, mean: float, variance: float) -> int:
        """A further column, uncorrelated so far; answers its place."""
        place = len(self.mean)
        self.mean = np.append(self.mean, _stored(np.float64(mean)))
        self.covariance = np.pad(self.covariance, ((0, 1), (0, 1)))
        self.covariance[place, place] = _stored(np.float64(min(variance, LARGEST_VARIANCE)))
        return place

    def update(self, row: Floats) -> None:
        """Learn one run. What was not measured leaves its mean and its covariances alone."""
        self.runs += 1
        step = 1.0 / min(self.runs + 8.0, MEMORY_RUNS)
        known = ~np.isnan(row)
        distance = np.where(known, row - self.mean, 0.0)
        self.mean = _stored(self.mean + step * distance)
        learned = (1.0 - step) * (self.covariance + step * np.outer(distance, distance))
        if not known.all():
            learned = np.where(np.outer(known, known), learned, self.covariance)
        self.covariance = _stored(learned)

    def residuals(self, row: Floats) -> Floats:
        """What is unexpected about each value, in the column's own unit; NaN where nothing was measured."""
        known = np.flatnonzero(~np.isnan(row))
        residuals = np.full(len(row), np.nan)
        distance = (row - self.mean)[known]
        kept = self.runs / (self.runs + SHRINKAGE_RUNS)
        covariance = kept * self.covariance[np.ix_(known, known)]
        np.fill_diagonal(covariance, self.covariance.diagonal()[known] * (1.0 + 1e-6) + LEAST_VARIANCE)
        precision = np.linalg.inv(covariance)
        own = precision.diagonal()
        # Columns that were never measured together can leave a matrix that is none: then each stands for itself.
        residuals[known] = np.where(own > 0.0, precision @ distance / np.where(own > 0.0, own, 1.0), distance)
        return residuals

    def move(self, place: int, by: float) -> None:
        """The mean of a column has moved."""
        self.mean[place] = _stored(np.float64(self.mean[place] + by))

    def to_json(self) -> dict[str, Any]:
        """Runs, mean and the covariance's lower triangle, as base64 of little-endian float32."""
        triangle = self.covariance[np.tril_indices(len(self.mean))]
        return {"runs": self.runs, "mean": _packed(self.mean), "covariance": _packed(triangle)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it does not fit together, or holds numbers that are not finite.
        """
        together = cls()
        together.runs = stored_count(value["runs"])
        together.mean, triangle = _unpacked(value["mean"]), _unpacked(value["covariance"])
        size = len(together.mean)
        if len(triangle) != size * (size + 1) // 2:
            raise ValueError(f"a stored covariance of {size} columns has no {len(triangle)} entries")
        covariance = np.zeros((size, size))
        covariance[np.tril_indices(size)] = triangle
        together.covariance = covariance + np.tril(covariance, -1).T
        if (together.covariance.diagonal() < 0.0).any():
            raise ValueError("a stored variance is at least 0")
        return together


def _stored(numbers: Any) -> Any:
    """As they come back from storage, so that a stored state goes on exactly as one that was not."""
    return numbers.astype(np.float32).astype(np.float64)


def _packed(numbers: Floats) -> str:
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode("ascii")


def _unpacked(value: object) -> Floats:
    numbers = np.frombuffer(base64.b64decode(stored_text(value), validate=True), "<f4").astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("a stored covariation holds finite numbers only")
    return numbers
