"""Sends what `net.http_post` queued, at most once each, and keeps the responses for a while, as pg_net does."""

import asyncio
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg.rows import namedtuple_row

from local.connection import connect
from local.exchange import Request, Response, exchange, make_pool

MAX_IN_FLIGHT = 64
MAX_IN_FLIGHT_PER_URL = 16
RETENTION = "6 hours"
PRUNE_SECONDS = 60.0

TAKE_REQUESTS = """
delete from net.http_request_queue
where
    id in (
        select id
        from net.http_request_queue
        where
            id in (
                select id
                from
                    (
                        select id, url, row_number() over (partition by url order by id) as place
                        from net.http_request_queue
                    ) as queued
                where
                    place <= %(per_url)s - coalesce((%(in_flight)s::jsonb ->> url)::int, 0)
                order by id
                limit %(free)s
            )
        for update skip locked
    )
returning id, method, url, headers, body, timeout_milliseconds
"""

STORE_RESPONSE = """
insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
values (%s, %s, %s, %s::jsonb, %s, %s, %s)
"""

PRUNE_RESPONSES = "delete from net._http_response where created < now() - %s::interval"


class Sender:
    """Takes requests as long as there is room, so that a flood waits in the table and not in memory.

    Each target address has room of its own: a slow one never holds up another.
    """

    def __init__(self, *, wake: asyncio.Event) -> None:
        self._wake = wake
        self._threads = ThreadPoolExecutor(MAX_IN_FLIGHT, thread_name_prefix="sender")
        self._pool = make_pool(connections_per_target=MAX_IN_FLIGHT)
        self._in_flight: Counter[str] = Counter()
        self._full = False  # more may be queued than there was room for
        self._responses: asyncio.Queue[Response] = asyncio.Queue()

    async def run(self, database_url: str) -> None:
        """Work until cancelled.

        Raises:
            psycopg.OperationalError: the database went away.
        """
        try:
            async with (
                await connect(database_url) as queue,
                await connect(database_url) as store,
                asyncio.TaskGroup() as group,
            ):
                group.create_task(self._store_responses(store))
                while True:
                    for request in await self._take(queue):
                        self._in_flight[request.url] += 1
                        group.create_task(self._send(request))
                    await self._wake.wait()
                    self._wake.clear()
        finally:
            self._threads.shutdown(wait=False)

    async def _take(self, connection: psycopg.AsyncConnection) -> list[Request]:
        # A copy: requests end while the database answers, and whether there was room is about now.
        in_flight = self._in_flight.copy()
        async with connection.cursor(row_factory=namedtuple_row) as cursor:
            await cursor.execute(
                TAKE_REQUESTS,
                {
                    "per_url": MAX_IN_FLIGHT_PER_URL,
                    "in_flight": json.dumps(in_flight),
                    "free": MAX_IN_FLIGHT - in_flight.total(),
                },
            )
            requests = sorted(Request(*row) for row in await cursor.fetchall())
        in_flight.update(request.url for request in requests)
        fullest = max(in_flight.values(), default=0)
        self._full = in_flight.total() >= MAX_IN_FLIGHT or fullest >= MAX_IN_FLIGHT_PER_URL
        return requests

    async def _send(self, request: Request) -> None:
        try:
            response = await asyncio.get_running_loop().run_in_executor(self._threads, exchange, self._pool, request)
        finally:
            self._in_flight[request.url] -= 1
            if not self._in_flight[request.url]:
                del self._in_flight[request.url]
            if self._full:
                self._wake.set()
        self._responses.put_nowait(response)

    async def _store_responses(self, connection: psycopg.AsyncConnection) -> None:
        async with connection.cursor() as cursor:
            while True:
                await cursor.execute(PRUNE_RESPONSES, [RETENTION])
                try:
                    async with asyncio.timeout(PRUNE_SECONDS):
                        while True:
                            responses = [await self._responses.get()]
                            while not self._responses.empty():
                                responses.append(self._responses.get_nowait())
                            await asyncio.shield(cursor.executemany(STORE_RESPONSE, responses))
                except TimeoutError:
                    continue
