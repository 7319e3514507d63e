"""The next run that a pipeline's own rhythm lets expect, where it has one."""

from datetime import UTC, datetime, timedelta

from functions.detect.lateness import Expected
from functions.detect.quantity import say
from shared.statistics.robust_baseline import MIN_VALUES
from shared.statistics.starts import Starts

MIN_EARLY_SECONDS = 1.0


class NoRhythm(Exception):
    """There is nothing to expect; the message is the sentence that says why."""


def by_rhythm(starts: Starts, *, now: datetime, since: datetime | None, grace_seconds: float | None) -> Expected:
    """The next start, at the latest by what usually followed a start at this time of the week.

    What was expected before ``since`` (a setting changed, or a repeated run stood in) is waited for one gap from then.

    Raises:
        NoRhythm: there are too few gaps, they are too irregular, or the pipeline has stood still for so long that
            nobody waits for it.
    """
    gap = starts.get()
    if gap is None or starts.last is None:
        missing = MIN_VALUES + 1 - len(starts.moments())
        raise NoRhythm(f"learning its rhythm: {missing} more {'start' if missing == 1 else 'starts'} needed")
    if not starts.is_regular:
        raise NoRhythm("its starts are too irregular to expect the next one; set schedule_cron")
    grace = gap.grace if grace_seconds is None else grace_seconds
    # A run that goes on for longer than the gap holds the next one up.
    expected = max(starts.last + gap.expected, starts.last_end or starts.last)
    if _moment(expected + gap.expected + grace) < now:
        raise NoRhythm("it has stood still for more than two of its usual gaps; it is waited for again once it runs")
    if since is not None and expected < since.timestamp():
        expected = since.timestamp() + gap.expected
    return Expected(
        source="rhythm",
        expected_at=_moment(expected),
        late_after=_moment(expected + grace),
        next_expected_at=_moment(expected + gap.expected),
        missing_after=_moment(expected + gap.expected + grace),
        # Any run that starts after the last one known is the next one.
        early_seconds=max(expected - starts.last - MIN_EARLY_SECONDS, 0.0),
        usual=f"usually starts at most {say(gap.expected, 'seconds')} after the one before",
    )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(0.0, UTC) + timedelta(seconds=at)
