"""When a cron schedule is due, in its time zone; clock changes as Debian's cron (and cronsim) treats them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from shared.errors import FlexiRoasterError

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FIELDS = 5  # six have seconds in front
ZONE_PREFIXES = ("CRON_TZ=", "TZ=")
MAX_SAID_CHARACTERS = 60


class ScheduleFault(FlexiRoasterError, ValueError):
    """The schedule cannot be waited for; the message says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Cron fields in a time zone. Fixed times in an hour that is skipped are due when it is over; in one that comes
    twice, the first time. Schedules by steps (``*/15 * * * *``) go by the clock on the wall, whatever it does.
    """

    cron: str
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime:
        """The first time that is due after an aware moment, in UTC.

        Raises:
            ScheduleFault: it is not due within 50 years.
        """
        start = moment.astimezone(UTC)
        if len(self.cron.split()) == FIELDS:
            # Nothing is due between two full minutes: pipelines that are looked at in the same one share the answer.
            start = start.replace(second=0, microsecond=0)
        due = _next(self, start)
        if due is None:
            raise ScheduleFault(f"The schedule {said(self.cron)} never matches within 50 years. Correct schedule_cron.")
        return due


@lru_cache(maxsize=65536)
def _next(schedule: Schedule, moment: datetime) -> datetime | None:
    try:
        for found in CronSim(schedule.cron, moment.astimezone(schedule.zone)):
            due = found.astimezone(UTC)
            # In the second pass of a doubled hour, cronsim answers with times of the first one.
            if due > moment:
                return due
    except (CronSimError, OverflowError):
        pass
    return None


def parse_schedule(schedule_cron: str, zone: str = "UTC") -> Schedule:
    """Five cron fields (six with seconds in front) or a nickname; ``CRON_TZ=<zone>`` in front wins over ``zone``.

    >>> winter = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> parse_schedule("CRON_TZ=Europe/Berlin 0 3 * * *").after(winter).isoformat()
    '2026-11-25T02:00:00+00:00'
    >>> parse_schedule("@daily").after(winter).isoformat()
    '2026-11-25T00:00:00+00:00'

    Raises:
        ScheduleFault: it cannot be read, names no known zone, or never matches.
    """
    parsed = _parsed(schedule_cron, zone)
    if isinstance(parsed, ScheduleFault):
        raise parsed
    return parsed


@lru_cache(maxsize=4096)
def _parsed(schedule_cron: str, zone: str) -> Schedule | ScheduleFault:
    """Faults are kept too: finding that there is no such zone takes longer than all else."""
    fields = schedule_cron.split()
    if fields and fields[0].startswith(ZONE_PREFIXES):
        zone = fields.pop(0).partition("=")[2]
    fields = NICKNAMES.get(" ".join(fields).lower(), " ".join(fields)).split()
    error = _fault_of(fields)
    if error is not None and len(fields) > 1 and _fault_of([*fields[:-2], "*", fields[-1]]) is None:
        return ScheduleFault(
            f"The schedule {said(schedule_cron)} never matches: its months do not have that day. Correct schedule_cron."
        )
    if error is not None:
        return ScheduleFault(
            f"The schedule {said(schedule_cron)} cannot be read ({error}). Write five cron fields, such as '0 3 * * *'."
        )
    try:
        schedule = Schedule(" ".join(fields), known_zone(zone))
        schedule.after(datetime(2026, 1, 1, tzinfo=UTC))
    except ScheduleFault as fault:
        return fault
    return schedule


def _fault_of(fields: list[str]) -> str | None:
    try:
        CronSim(" ".join(fields), datetime(2026, 1, 1, tzinfo=UTC))
    except (CronSimError, ValueError, TypeError, AssertionError) as error:
        return str(error) or type(error).__name__
    return None


def known_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        ScheduleFault: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    # Besides the key that is not found: names that are no names, and those of folders.
    except (KeyError, ValueError, OSError) as error:
        raise ScheduleFault(
            f"There is no time zone {said(name)}. Write an IANA name, such as 'Europe/Berlin', or leave it out for UTC."
        ) from error


def said(text: str) -> str:
    """A user's text in quotes, cut to what a sentence takes."""
    return repr(text if len(text) <= MAX_SAID_CHARACTERS else f"{text[:MAX_SAID_CHARACTERS]}…")
