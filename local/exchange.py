"""One HTTP request of the queue and its response, by urllib3: a tenth of what httpx costs the processor."""

import json
import time
from typing import NamedTuple

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError, TimeoutError

MAX_CONTENT_BYTES = 64 * 1024
MAX_ERROR_CHARACTERS = 1000


class Request(NamedTuple):
    """A row of `net.http_request_queue`."""

    id: int
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    timeout_milliseconds: int


class Response(NamedTuple):
    """A row of `net._http_response`; `error_msg` says why there is no answer, `headers` is JSON."""

    id: int
    status_code: int | None = None
    content_type: str | None = None
    headers: str | None = None
    content: str | None = None
    timed_out: bool | None = None
    error_msg: str | None = None


def make_pool(*, connections_per_target: int) -> urllib3.PoolManager:
    """Connections that are kept open between requests, for any thread."""
    return urllib3.PoolManager(num_pools=32, maxsize=connections_per_target, retries=False)


def exchange(pool: urllib3.PoolManager, request: Request) -> Response:
    """Send a request and read its answer, or say why there is none. Blocks at most for the request's timeout."""
    deadline = time.monotonic() + request.timeout_milliseconds / 1000
    try:
        try:
            return _send(pool, request, deadline=deadline)
        except ProtocolError:
            # The target closed a kept-open connection just as it was used again.
            return _send(pool, request, deadline=deadline)
    except TimeoutError:
        message = f"Timeout of {request.timeout_milliseconds} ms reached"
        return Response(id=request.id, timed_out=True, error_msg=message)
    except (HTTPError, ValueError) as error:
        message = f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS]
        return Response(id=request.id, timed_out=False, error_msg=message)


def _send(pool: urllib3.PoolManager, request: Request, *, deadline: float) -> Response:
    answer = pool.request(
        request.method,
        request.url,
        headers=request.headers,
        body=request.body,
        redirect=False,
        preload_content=False,
        timeout=urllib3.Timeout(total=max(0.001, deadline - time.monotonic())),
    )
    content = b""
    while chunk := answer.read1(MAX_CONTENT_BYTES):
        if time.monotonic() > deadline:
            answer.close()
            raise TimeoutError
        content += chunk[: MAX_CONTENT_BYTES - len(content)]
    answer.release_conn()
    return Response(
        id=request.id,
        status_code=answer.status,
        content_type=answer.headers.get("content-type"),
        headers=json.dumps({name.lower(): value for name, value in answer.headers.items()}),
        content=content.decode("utf-8", errors="replace").replace("\x00", ""),
        timed_out=False,
    )
