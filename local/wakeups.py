"""The worker behind the stand-ins of pg_net and pg_cron: `python -m local.wakeups`."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping

import click
import psycopg

from local.connection import connect
from local.scheduler import Scheduler
from local.sender import Sender

LOGGER = logging.getLogger("local.wakeups")

POLL_SECONDS = 1.0
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 2.0
CHANNELS = {"net_http_request": "pg_net", "cron_job": "pg_cron"}


async def listen(database_url: str, wakes: Mapping[str, asyncio.Event]) -> None:
    """Set a channel's event when the database notifies it, and all events once a second in case a word was lost."""
    async with await connect(database_url) as connection:
        for channel in wakes:
            await connection.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(channel)))
        while True:
            for wake in wakes.values():
                wake.set()
            async for notification in connection.notifies(timeout=POLL_SECONDS):
                wakes[notification.channel].set()


async def extensions(database_url: str) -> set[str]:
    """The extensions of the database; their work is not ours."""
    async with await connect(database_url) as connection:
        cursor = await connection.execute("select extname from pg_catalog.pg_extension")
        return {row[0] for row in await cursor.fetchall()}


async def serve(database_url: str) -> None:
    """Send and schedule until the database goes away."""
    present = await extensions(database_url)
    wakes = {channel: asyncio.Event() for channel, extension in CHANNELS.items() if extension not in present}
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(database_url, wakes))
        if "net_http_request" in wakes:
            group.create_task(Sender(wake=wakes["net_http_request"]).run(database_url))
        if "cron_job" in wakes:
            group.create_task(Scheduler(wake=wakes["cron_job"]).run(database_url))


async def serve_forever(database_url: str) -> None:
    """Serve, and begin again whenever the database comes back."""
    retry_seconds = FIRST_RETRY_SECONDS
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await serve(database_url)
        except* psycopg.OperationalError as errors:
            LOGGER.warning("the database is away, trying again: %s", errors.exceptions[0])
        if asyncio.get_running_loop().time() - started > LAST_RETRY_SECONDS:
            retry_seconds = FIRST_RETRY_SECONDS
        await asyncio.sleep(retry_seconds)
        retry_seconds = min(LAST_RETRY_SECONDS, retry_seconds * 2)


async def run(database_url: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    task = asyncio.create_task(serve_forever(database_url))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


@click.command()
@click.option("--database-url", envvar="DATABASE_URL", required=True)
def main(database_url: str) -> None:
    """Send queued HTTP requests and run scheduled jobs."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    asyncio.run(run(database_url))


if __name__ == "__main__":
    main()
