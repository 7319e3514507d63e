"""Runs the jobs of `cron.job`, as pg_cron does: in UTC, each never beside itself, every run recorded for good."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from local.connection import connect
from local.schedule import ScheduleError, next_run

LOGGER = logging.getLogger(__name__)

POLL_SECONDS = 1.0

LIST_JOBS = """
select jobid, schedule, command, username
from cron.job
where
    active
    and database = current_database()
"""

START_RUN = """
insert into cron.job_run_details (jobid, job_pid, database, username, command, status, start_time)
values (%s, pg_backend_pid(), current_database(), %s, %s, 'running', clock_timestamp())
returning runid
"""

FINISH_RUN = """
update cron.job_run_details
set
    status = %s,
    return_message = %s,
    end_time = clock_timestamp()
where
    runid = %s
"""


class Job(NamedTuple):
    """An active row of `cron.job`."""

    id: int
    schedule: str
    command: str
    username: str


class Timetable:
    """Which jobs are due, and when each is due next. A job that is still running stays due and starts when it ends."""

    def __init__(self) -> None:
        self._due: dict[tuple[int, str], datetime] = {}
        self._running: set[int] = set()

    def start_due(self, jobs: list[Job], *, now: datetime) -> list[Job]:
        """The jobs to start now; they count as running until `ended`. A job seen for the first time waits its turn."""
        known = {(job.id, job.schedule) for job in jobs}
        self._due = {key: due for key, due in self._due.items() if key in known}
        starting = []
        for job in jobs:
            key = (job.id, job.schedule)
            try:
                due = self._due.setdefault(key, next_run(job.schedule, after=now))
                if due <= now and job.id not in self._running:
                    self._due[key] = next_run(job.schedule, after=now)
                    self._running.add(job.id)
                    starting.append(job)
            except ScheduleError as error:
                LOGGER.warning("job %d is skipped: %s", job.id, error)
        return starting

    def ended(self, job_id: int) -> None:
        """The job's run is over."""
        self._running.discard(job_id)

    def seconds_until_next(self, now: datetime) -> float:
        """How long nothing is due, at most one poll."""
        waits = [(due - now).total_seconds() for due in self._due.values()]
        return min(POLL_SECONDS, max(0.01, min(waits, default=POLL_SECONDS)))


class Scheduler:
    """Starts jobs when they are due."""

    def __init__(self, *, wake: asyncio.Event, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._wake = wake
        self._now = now
        self._timetable = Timetable()

    async def run(self, database_url: str) -> None:
        """Work until cancelled.

        Raises:
            psycopg.OperationalError: the database went away.
        """
        async with (
            await connect(database_url) as connection,
            asyncio.TaskGroup() as group,
        ):
            while True:
                async with connection.cursor(row_factory=namedtuple_row) as cursor:
                    await cursor.execute(LIST_JOBS)
                    jobs = [Job(*row) for row in await cursor.fetchall()]
                for job in self._timetable.start_due(jobs, now=self._now()):
                    group.create_task(self._run_job(job, database_url))
                await self._sleep(self._timetable.seconds_until_next(self._now()))

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _run_job(self, job: Job, database_url: str) -> None:
        try:
            async with await connect(database_url) as connection:
                started = await connection.execute(START_RUN, [job.id, job.username, job.command])
                row = await started.fetchone()
                status, message = await _execute(connection, job)
                await connection.execute(FINISH_RUN, [status, message, row[0] if row is not None else None])
        finally:
            self._timetable.ended(job.id)


async def _execute(connection: psycopg.AsyncConnection, job: Job) -> tuple[str, str]:
    """Run the job's command as its owner; status and message as pg_cron words them."""
    await connection.execute(sql.SQL("set role {}").format(sql.Identifier(job.username)))
    try:
        cursor = await connection.execute(job.command.encode())
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        LOGGER.warning("job %d failed: %s", job.id, error)
        return "failed", f"ERROR: {error}"
    finally:
        if not connection.closed:
            await connection.execute("reset role")
    return "succeeded", cursor.statusmessage or ""
