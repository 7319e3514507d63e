"""pg_cron's schedules: `'10 seconds'`, or five cron fields in UTC."""

import re
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

INTERVAL = re.compile(r"\s*(?P<seconds>[1-9]|[1-5][0-9])\s+seconds?\s*", re.IGNORECASE)


class ScheduleError(ValueError):
    """The schedule can never run."""


def next_run(schedule: str, *, after: datetime) -> datetime:
    """When a job is due for the first time after `after`.

    >>> from datetime import UTC
    >>> next_run("10 seconds", after=datetime(2026, 1, 1, 12, 0, 5, tzinfo=UTC)).isoformat()
    '2026-01-01T12:00:15+00:00'
    >>> next_run("*/15 * * * *", after=datetime(2026, 1, 1, 12, 0, 5, tzinfo=UTC)).isoformat()
    '2026-01-01T12:15:00+00:00'

    Raises:
        ScheduleError: it is neither form, or names a day that never comes.
    """
    interval = INTERVAL.fullmatch(schedule)
    if interval is not None:
        return after + timedelta(seconds=int(interval["seconds"]))
    try:
        return next(CronSim(schedule.strip().upper(), after))
    except (CronSimError, StopIteration) as error:
        raise ScheduleError(f"{schedule!r} is no schedule: use five cron fields, or 'N seconds'.") from error
