"""When a pipeline's runs start: whether that is regular, and when the next one is expected at the latest."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple, Self

from shared.statistics.robust_baseline import MIN_VALUES, RobustBaseline
from shared.statistics.stored import stored_count, stored_moment
from shared.statistics.weekly_gaps import MAX_GAP_SECONDS, WeeklyGaps

WINDOW = 24
NEAR_SHARE, NEAR_SECONDS = 0.25, 5.0  # how far from an expected gap one may be and still fit it
ORDINARY_SHARE = 0.5  # gaps within half of the median say how much the starts jitter; others are pauses
MIN_FITTING_SHARE = 0.75
MAX_SURPRISES = 1  # of the last 24 gaps: that many outlasted what was expected of them
GRACE_SHARE, MIN_GRACE_SECONDS, MAX_GRACE_SECONDS, LONG_GRACE_SHARE = 0.25, 120.0, 3600.0, 0.05
SPREADS, LAGS, USUAL_SHARE = 4.0, 2.0, 0.9
MAX_LAG_SECONDS = 86400.0  # a run recorded later than a day after its start is history, not a slow recorder


class Gap(NamedTuple):
    """Seconds from the last start within which the next one is expected, and how much longer is no surprise yet."""

    expected: float
    grace: float


class Starts:
    """The last start and end of a pipeline, the last 24 gaps between starts, and the longest by hour of the week.

    ``get`` is None ("not enough data") before 8 gaps. What it answers was checked on each gap before it was learned:
    ``is_regular`` says whether three quarters of the last 24 lay within a quarter of what was expected, and no more
    than one of them came later than ``expected + grace``.

    >>> starts = Starts()
    >>> for hour in range(9):
    ...     starts.update(hour * 3600.0, ended=hour * 3600.0 + 300.0)
    >>> starts.get(), starts.is_regular
    (Gap(expected=3600.0, grace=900.0), True)
    """

    __slots__ = ("_fits", "_judged", "_surprises", "gaps", "lags", "last", "last_end", "week")

    def __init__(self) -> None:
        self.last: float | None = None
        self.last_end: float | None = None
        self.gaps = RobustBaseline()
        self.lags = RobustBaseline()
        self.week = WeeklyGaps()
        # Bit by bit, newest lowest: whether a gap was as expected, whether it outlasted that, of how many.
        self._fits = self._surprises = self._judged = 0

    def update(self, at: float, *, ended: float, lag: float = 0.0) -> None:
        """Learn a run from ``at`` to ``ended`` (epoch seconds) that was recorded ``lag`` seconds after its start.

        One that started before the last one known moves nothing but the last end.
        """
        self.last_end = ended if self.last_end is None else max(ended, self.last_end)
        last = self.last
        if last is not None and at <= last:
            return
        self.last = at
        if 0.0 <= lag <= MAX_LAG_SECONDS:
            self.lags.update(lag, window=WINDOW)
        if last is not None:
            self._learn_gap(last, min(at - last, MAX_GAP_SECONDS))

    def get(self) -> Gap | None:
        """When the next start is expected at the latest, counted from the last one; None before 8 gaps."""
        median = self.gaps.quantile(0.5)
        return None if median is None or self.last is None else self._expected(self.last, median)

    @property
    def is_regular(self) -> bool:
        """Whether what was expected of the last gaps, before they were known, was right often enough."""
        return (
            self._judged >= MIN_VALUES
            and self._fits.bit_count() >= MIN_FITTING_SHARE * self._judged
            and self._surprises.bit_count() <= MAX_SURPRISES
        )

    @property
    def usual_lag(self) -> float:
        """Seconds from a start to its recording that nine of ten runs stay within; the longest, below 8 runs."""
        usual = self.lags.quantile(USUAL_SHARE)
        return max(self.lags.values, default=0.0) if usual is None else usual

    def moments(self) -> list[float]:
        """The starts that the window remembers, oldest first."""
        if self.last is None:
            return []
        back = accumulate(reversed(self.gaps.values), lambda at, gap: at - gap, initial=self.last)
        return list(back)[::-1]

    def _learn_gap(self, last: float, gap: float) -> None:
        median = self.gaps.quantile(0.5)
        if median is not None:
            expected = self._expected(last, median)
            fits = _is_near(gap, median) or _is_near(gap, expected.expected)
            surprises = gap > expected.expected + expected.grace
        else:
            ordered = sorted(self.gaps.values)
            fits, surprises = not ordered or _is_near(gap, ordered[len(ordered) // 2]), False
        kept = (1 << WINDOW) - 1
        self._fits = (self._fits << 1 | fits) & kept
        self._surprises = (self._surprises << 1 | surprises) & kept
        self._judged = min(self._judged + 1, WINDOW)
        self.gaps.update(gap, window=WINDOW)
        self.week.update(last, gap)

    def _expected(self, last: float, median: float) -> Gap:
        aside = ORDINARY_SHARE * median
        ordinary = sorted(gap for gap in self.gaps.values if median - aside <= gap <= median + aside) or [median]
        high, middle = ordinary[int(USUAL_SHARE * (len(ordinary) - 1))], ordinary[len(ordinary) // 2]
        weekly = self.week.get(last)
        expected = high if weekly is None else self._as_seen(weekly)
        if expected >= aside:
            expected = max(expected, high)
        floor = max(min(GRACE_SHARE * expected, MAX_GRACE_SECONDS), LONG_GRACE_SHARE * expected, MIN_GRACE_SECONDS)
        return Gap(expected, max(floor, SPREADS * (high - middle)) + LAGS * self.usual_lag)

    def _as_seen(self, weekly: float) -> float:
        """The gap of the window that a coarse one stands for, or the coarse one itself."""
        return max((gap for gap in self.gaps.values if 0.95 * weekly <= gap <= weekly), default=weekly)

    def to_json(self) -> list[object]:
        """``[last, last_end, gaps, lags, week, fits, surprises, judged]``."""
        learned = (self.gaps.to_json(), self.lags.to_json(), self.week.to_json())
        return [self.last, self.last_end, *learned, self._fits, self._surprises, self._judged]

    @classmethod
    def from_json(cls, value: Sequence[object]) -> Self:
        """Read `to_json`'s value."""
        starts = cls()
        last, last_end, gaps, lags, week, fits, surprises, judged = value
        starts.last, starts.last_end = stored_moment(last), stored_moment(last_end)
        starts.gaps, starts.lags = RobustBaseline.from_json(str(gaps)), RobustBaseline.from_json(str(lags))
        starts.week = WeeklyGaps.from_json(str(week))
        starts._fits, starts._surprises = stored_count(fits), stored_count(surprises)
        starts._judged = stored_count(judged)
        return starts


def _is_near(gap: float, expected: float) -> bool:
    return abs(gap - expected) <= max(NEAR_SHARE * expected, NEAR_SECONDS)
