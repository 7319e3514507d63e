"""The next run that a cron schedule asks for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from functions.detect.lateness import Expected
from functions.detect.lateness_schedule import Schedule
from functions.detect.quantity import say
from shared.statistics.starts import Starts

LOOKED_AT = 12  # of the last starts, to see how punctual the pipeline is
MIN_DELAYS = 3
USUAL_SHARE, SPREADS = 0.9, 4.0
GRACE_SHARE, MIN_GRACE_SECONDS, MAX_GRACE_SECONDS = 0.05, 60.0, 900.0  # of the period, once delays are known
UNKNOWN_FACTOR = 2.0  # of that grace, before
EARLY_SHARE, MIN_EARLY_SECONDS = 1.25, 60.0
MAX_PERIOD_LOOKED_AT_SECONDS = 40 * 86400.0
LONG_AGO = timedelta(days=3653)


def by_schedule(
    schedule: Schedule, starts: Starts, *, now: datetime, since: datetime | None, grace_seconds: float | None
) -> Expected:
    """The first run that is due after the last start, the last end and ``since`` (when the schedule was set).

    While a run goes on past the next time, that time is excused. What would be missing already is in the past: the next
    one from now on is expected instead, since a history that is recorded late says nothing about today.

    The grace is the usual delay (median) plus four times what the slow tenth takes longer, at least 5 % of the period
    (1 to 15 minutes; double before three delays are known), plus twice the time that recording a start takes.
    """
    due = _dues(schedule, now)
    period = min((later - sooner).total_seconds() for sooner, later in pairwise(due))
    delays = _delays(schedule, starts.moments()[-LOOKED_AT:], period)
    early = min(max(MIN_EARLY_SECONDS, -EARLY_SHARE * _quantile(delays, 1.0 - USUAL_SHARE)), period / 2.0)
    grace = _grace(delays, period, starts.usual_lag) if grace_seconds is None else grace_seconds
    sooner, later, _ = _dues(schedule, _reached(starts, early, since, now))
    allowed = timedelta(seconds=grace)
    if later + allowed < now:
        sooner, later, _ = due
    return Expected(
        source="schedule",
        expected_at=sooner,
        late_after=sooner + allowed,
        next_expected_at=later,
        missing_after=later + allowed,
        early_seconds=early,
        usual=f"usually starts within {say(max(_quantile(delays, USUAL_SHARE), 1.0), 'seconds')}" if delays else "",
    )


def _reached(starts: Starts, early: float, since: datetime | None, now: datetime) -> datetime:
    """Until when nothing more is expected; now where nothing is known."""
    known = [since.timestamp()] if since is not None else []
    if starts.last is not None and starts.last_end is not None:
        known += [starts.last + early, starts.last_end]
    if not known:
        return now
    return max(datetime.fromtimestamp(max(known), UTC), now - LONG_AGO) if max(known) > 0.0 else now


def _dues(schedule: Schedule, moment: datetime) -> tuple[datetime, datetime, datetime]:
    first = schedule.after(moment)
    second = schedule.after(first)
    return first, second, schedule.after(second)


def _grace(delays: Sequence[float], period: float, lag: float) -> float:
    floor = min(max(GRACE_SHARE * period, MIN_GRACE_SECONDS), MAX_GRACE_SECONDS)
    if not delays:
        return UNKNOWN_FACTOR * floor + 2.0 * lag
    median = _quantile(delays, 0.5)
    return max(median, 0.0) + max(SPREADS * (_quantile(delays, USUAL_SHARE) - median), floor) + 2.0 * lag


def _delays(schedule: Schedule, moments: Sequence[float], period: float) -> list[float]:
    """How long after the nearest due time each run started, sorted; none below three. Negative: before it.

    A run that started further off than half a period was not started by the schedule.
    """
    if period > MAX_PERIOD_LOOKED_AT_SECONDS:
        return []
    nearest = (_delay(schedule, moment, period) for moment in moments if moment > period)
    delays = sorted(delay for delay in nearest if abs(delay) <= period / 2.0)
    return delays if len(delays) >= MIN_DELAYS else []


@lru_cache(maxsize=65536)
def _delay(schedule: Schedule, moment: float, period: float) -> float:
    """Kept in the process: of the starts looked at, all but the newest were looked at before."""
    before = schedule.after(datetime.fromtimestamp(moment - period, UTC)).timestamp()
    after = schedule.after(datetime.fromtimestamp(before, UTC)).timestamp()
    return min(moment - before, moment - after, key=abs)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """0 where there is none."""
    return ordered[round(share * (len(ordered) - 1))] if ordered else 0.0
