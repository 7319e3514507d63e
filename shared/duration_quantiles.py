"""Quantiles of a run's duration: those of its pipeline's last successes, and as a model moves them."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

from shared.statistics.robust_baseline import RobustBaseline

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
LOW, MIDDLE, HIGH = SHARES.index(0.1), SHARES.index(0.5), SHARES.index(0.9)
LEAST_SPREAD = 0.02  # 2 % of the duration: a pipeline that always takes the same time must not make every second count
_SIGMAS_APART = 2.563  # the 10 % and the 90 % quantile of a normal distribution
_MOST = 69.0  # log1p of 1e30 seconds


class RecentDurations(NamedTuple):
    """``log1p`` of the quantiles `SHARES` of a pipeline's last durations in seconds, and their spread (a standard
    deviation, where they are log-normal). The unit in which a model of durations learns and answers."""

    log_seconds: tuple[float, ...]
    spread: float

    @classmethod
    def of(cls, baseline: RobustBaseline) -> Self | None:
        """From the last 50 successes; None below 8 of them.

        >>> recent = RecentDurations.of(RobustBaseline([600.0] * 9 + [660.0]))
        >>> [round(value, 2) for value in recent.log_seconds], round(recent.spread, 3)
        ([6.4, 6.4, 6.4, 6.4, 6.41, 6.45, 6.49], 0.02)
        """
        quantiles = [baseline.quantile(share) for share in SHARES]
        logs = tuple(math.log1p(max(value, 0.0)) for value in quantiles if value is not None)
        if len(logs) < len(SHARES):
            return None
        return cls(logs, max((logs[HIGH] - logs[LOW]) / _SIGMAS_APART, LEAST_SPREAD))

    def moved(self, spreads: Sequence[float]) -> tuple[float, ...]:
        """Seconds: each quantile moved by so many spreads, then brought into order (Chernozhukov, Fernandez-Val and
        Galichon 2010: sorted quantiles are nowhere further from the truth than those that cross).

        >>> recent = RecentDurations((5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6), 0.1)
        >>> [round(seconds) for seconds in recent.moved([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 10.0])]
        [147, 163, 199, 199, 220, 244, 734]
        """
        logs = [log + self.spread * many for log, many in zip(self.log_seconds, spreads, strict=True)]
        return tuple(sorted(math.expm1(min(max(log, 0.0), _MOST)) for log in logs))
