"""Rows as points, and how far others lie from those nearest to them."""

import numpy as np

from shared.statistics.column_scale import Floats

NEAREST_SHARE = 0.06


class PlacedRows:
    """Points [n, columns] in spreads, at least two. A distance is the mean Euclidean one to the nearest 6 % of them.

    >>> rows = PlacedRows(np.array([[0.0, 0.0], [3.0, 4.0]]))
    >>> float(rows.distance(np.array([0.0, 1.0]))), rows.distances_among().tolist()
    (1.0, [5.0, 5.0])
    """

    __slots__ = ("_points", "_squares")

    def __init__(self, points: Floats) -> None:
        self._points = points
        self._squares: Floats = np.einsum("ij,ij->i", points, points)

    def distance(self, point: Floats) -> float:
        """How far a point [columns] lies from the rows."""
        return float(_mean_of_nearest(self._squared(point)))

    def distances_among(self) -> Floats:
        """How far each row lies from the others, [n], in ascending order."""
        squared = self._squares[:, np.newaxis] + self._squares - 2.0 * self._points @ self._points.T
        np.fill_diagonal(squared, np.inf)
        return np.sort(_mean_of_nearest(squared))

    def differences(self, point: Floats) -> Floats:
        """The mean squared difference from the nearest rows per column, [columns]."""
        nearest = np.argsort(self._squared(point), kind="stable")[: _nearest(len(self._points))]
        differences: Floats = ((self._points[nearest] - point) ** 2).mean(axis=0)
        return differences

    def _squared(self, point: Floats) -> Floats:
        squared: Floats = self._squares + point @ point - 2.0 * self._points @ point
        return squared


def _nearest(rows: int) -> int:
    return max(1, round(NEAREST_SHARE * rows))


def _mean_of_nearest(squared: Floats) -> Floats:
    """The mean distance to the nearest 6 %, over the last axis."""
    nearest = _nearest(squared.shape[-1])
    squared.partition(nearest - 1)
    mean: Floats = np.sqrt(np.maximum(squared[..., :nearest], 0.0)).mean(axis=-1)
    return mean
