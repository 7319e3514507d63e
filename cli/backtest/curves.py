"""The points of a report's charts, computed from judged runs."""

from dataclasses import dataclass

import numpy as np

from functions.train.quality import CALIBRATION_BINS, Array, calibration_bins, chosen_and_found, precision_recall

MOST_POINTS = 300
MOST_DAYS, MOST_PERIODS = 62, 80
DAY_SECONDS = 86_400
MONDAY = -3
"""The first day of a week that holds day 0 of the epoch, a Thursday."""

Points = tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Bin:
    """The runs whose probability fell into one of ten bins: how many, what was said and what came of it (means)."""

    place: int
    runs: int
    said: float
    observed: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of ``observed`` (Wilson, JASA 22, 1927)."""
        z = 1.96
        spread = 1.0 + z**2 / self.runs
        middle = (self.observed + z**2 / (2 * self.runs)) / spread
        half = z * np.sqrt(self.observed * (1 - self.observed) / self.runs + (z / (2 * self.runs)) ** 2) / spread
        return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def roc_points(truth: Array, said: Array) -> Points | None:
    """False and true positive rates from the highest threshold to the lowest; None where one outcome is missing."""
    positives = int(np.sum(truth == 1))
    if positives in (0, len(truth)):
        return None
    chosen, found = chosen_and_found(truth, said)
    return np.append(0.0, (chosen - found) / (len(truth) - positives)), np.append(0.0, found / positives)


def recall_points(truth: Array, said: Array) -> Points | None:
    """Recall and precision from the highest threshold to the lowest; None without anything to find."""
    points = precision_recall(truth, said)
    if points is None:
        return None
    recall, precision = points
    return np.append(0.0, recall), np.append(precision[0], precision)


def thinned(points: Points, most: int = MOST_POINTS) -> Points:
    """At most ``most`` (2 or more) of the points, evenly spaced along the curve; the two ends always stay."""
    x, y = points
    if len(x) <= most:
        return points
    travelled = np.cumsum(np.abs(np.diff(x, prepend=x[0])) + np.abs(np.diff(y, prepend=y[0])))
    between = np.searchsorted(travelled, np.linspace(0.0, travelled[-1], most)[1:-1])
    kept = np.unique(np.concatenate([[0], between, [len(x) - 1]]))
    return x[kept], y[kept]


def reliability(truth: Array, said: Array) -> list[Bin]:
    """The bins that hold runs, lowest probability first."""
    places = calibration_bins(said)
    held = [(place, places == place) for place in range(CALIBRATION_BINS)]
    return [
        Bin(place, int(rows.sum()), float(said[rows].mean()), float((truth[rows] == 1).mean()))
        for place, rows in held
        if rows.any()
    ]


def periods(started_at: Array) -> tuple[int, Array, int]:
    """A number of days per period (1, 7 or weeks more), the period of each run from 0 on, and the first one's day.

    Days are UTC and count from the epoch; weeks begin on Monday.
    """
    days = np.floor(started_at / DAY_SECONDS).astype(int)
    first, last = int(days.min()), int(days.max())
    size = 1
    if last - first >= MOST_DAYS:
        first, size = first - (first - MONDAY) % 7, 7
        while (last - first) // size >= MOST_PERIODS:
            size *= 2
    return size, (days - first) // size, first
