"""Sends what `net.http_post` queued, at most once each, and keeps the responses for a while, as pg_net does."""

import asyncio
import json
import logging
from collections import Counter
from typing import NamedTuple

import httpx
import psycopg
from psycopg.rows import namedtuple_row

from local.connection import connect

LOGGER = logging.getLogger(__name__)

MAX_IN_FLIGHT = 64
MAX_IN_FLIGHT_PER_URL = 16
MAX_CONTENT_BYTES = 64 * 1024
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


class Request(NamedTuple):
    """A row of `net.http_request_queue`."""

    id: int
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    timeout_milliseconds: int


class Response(NamedTuple):
    """A row of `net._http_response`; `error_msg` says why there is no answer."""

    id: int
    status_code: int | None = None
    content_type: str | None = None
    headers: str | None = None
    content: str | None = None
    timed_out: bool | None = None
    error_msg: str | None = None


class Sender:
    """Takes requests as long as there is room, so that a flood waits in the table and not in memory.

    Each target address has room of its own: a slow one never holds up another.
    """

    def __init__(self, client: httpx.AsyncClient, *, wake: asyncio.Event) -> None:
        self._client = client
        self._wake = wake
        self._in_flight: Counter[str] = Counter()
        self._full = False  # more may be queued than there was room for
        self._responses: asyncio.Queue[Response] = asyncio.Queue()

    async def run(self, database_url: str) -> None:
        """Work until cancelled.

        Raises:
            psycopg.OperationalError: the database went away.
        """
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
            response = await self._exchange(request)
        finally:
            self._in_flight[request.url] -= 1
            if not self._in_flight[request.url]:
                del self._in_flight[request.url]
            if self._full:
                self._wake.set()
        self._responses.put_nowait(response)

    async def _exchange(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(request.timeout_milliseconds / 1000):
                try:
                    return await self._post(request)
                except httpx.RemoteProtocolError:
                    # The target closed a kept-open connection just as it was used again: no answer had begun.
                    return await self._post(request)
        except TimeoutError:
            message = f"Timeout of {request.timeout_milliseconds} ms reached"
            return Response(id=request.id, timed_out=True, error_msg=message)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Response(id=request.id, timed_out=False, error_msg=f"{type(error).__name__}: {error}"[:1000])

    async def _post(self, request: Request) -> Response:
        async with self._client.stream(
            request.method, request.url, headers=request.headers, content=request.body
        ) as answer:
            content = b""
            async for chunk in answer.aiter_bytes():
                content += chunk[: MAX_CONTENT_BYTES - len(content)]
        return Response(
            id=request.id,
            status_code=answer.status_code,
            content_type=answer.headers.get("content-type"),
            headers=json.dumps(dict(answer.headers)),
            content=content.decode("utf-8", errors="replace").replace("\x00", ""),
            timed_out=False,
        )

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
