"""Upstash's REST interface in front of a Redis: `python -m local.redis_rest`."""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import click
import uvicorn
from redis import asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from local.redis_protocol import (
    Command,
    ProtocolError,
    load_json,
    parse_command,
    parse_path,
    parse_pipeline,
    to_json,
)

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_CONNECTIONS = 32
CLIENT_TIMEOUT_SECONDS = 5

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Answer = tuple[HTTPStatus, object]


class RedisRest:
    """The ASGI application. One pool of connections serves every request."""

    def __init__(self, *, redis_url: str, token: str) -> None:
        self._token = token.encode()
        self._pool = redis.BlockingConnectionPool.from_url(
            redis_url,
            protocol=2,
            max_connections=MAX_CONNECTIONS,
            timeout=CLIENT_TIMEOUT_SECONDS,
            socket_timeout=CLIENT_TIMEOUT_SECONDS,
            socket_connect_timeout=CLIENT_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = redis.Redis(connection_pool=self._pool)
        self._redis.response_callbacks.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.lower(): value for name, value in scope["headers"]}
        in_base64 = headers.get(b"upstash-encoding", b"").lower() == b"base64"
        try:
            status, payload = await self._answer(scope, headers=headers, receive=receive, in_base64=in_base64)
        except ProtocolError as error:
            status, payload = HTTPStatus.BAD_REQUEST, {"error": str(error)}
        except (RedisError, OSError) as error:
            logging.getLogger(__name__).warning("redis is unreachable: %s", error)
            status, payload = HTTPStatus.SERVICE_UNAVAILABLE, {"error": f"ERR redis is unreachable: {error}"}
        body = json.dumps(payload, separators=(",", ":")).encode()
        content = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": int(status), "headers": content})
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: Scope, *, headers: Mapping[bytes, bytes], receive: Receive, in_base64: bool
    ) -> Answer:
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")
        if not self._authorized(headers, query):
            return HTTPStatus.UNAUTHORIZED, {"error": "WRONGPASS invalid or missing auth token"}
        if scope["method"] not in ("GET", "POST", "PUT", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, {"error": "ERR method is not allowed"}
        body = await _read_body(receive)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {
                "error": f"ERR max request size exceeded. Limit: {MAX_BODY_BYTES} bytes"
            }
        path = scope["raw_path"].decode("latin-1")
        if path == "/pipeline":
            replies = await self._run(parse_pipeline(load_json(body)), transaction=False)
            return HTTPStatus.OK, [_item(reply, in_base64=in_base64) for reply in replies]
        if path == "/multi-exec":
            try:
                replies = await self._run(parse_pipeline(load_json(body)), transaction=True)
            except ResponseError as error:
                reason = _error_text(error)
                return HTTPStatus.BAD_REQUEST, {"error": f"EXECABORT Transaction discarded because of: {reason}"}
            return HTTPStatus.OK, [_item(reply, in_base64=in_base64) for reply in replies]
        if path == "/":
            command = parse_command(load_json(body))
        else:
            arguments = [pair for pair in query if pair[0] != "_token"]
            command = parse_path(path, query=arguments, body=body)
        (reply,) = await self._run([command], transaction=False)
        failed = isinstance(reply, Exception)
        return HTTPStatus.BAD_REQUEST if failed else HTTPStatus.OK, _item(reply, in_base64=in_base64)

    def _authorized(self, headers: Mapping[bytes, bytes], query: list[tuple[str, str]]) -> bool:
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer":
            given = dict(query).get("_token", "").encode()
        return hmac.compare_digest(given.strip(), self._token)

    async def _run(self, commands: list[Command], *, transaction: bool) -> list[Any]:
        pipeline = self._redis.pipeline(transaction=transaction)
        for command in commands:
            pipeline.execute_command(*command)
        return await pipeline.execute(raise_on_error=False)


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large; the rest of such a body is read and dropped."""
    chunks = []
    size = 0
    more = True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks) if size <= MAX_BODY_BYTES else None


def _item(reply: object, *, in_base64: bool) -> dict[str, object]:
    if isinstance(reply, RedisError):
        return {"error": _error_text(reply)}
    return {"result": to_json(reply, in_base64=in_base64)}


def _error_text(error: RedisError) -> str:
    """The server's own words; the client library takes the code off those it knows."""
    return f"{error.status_code} {error}" if error.status_code else str(error)


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--redis-url", envvar="REDIS_URL", required=True)
@click.option("--token", envvar="REDIS_REST_TOKEN", required=True)
def main(port: int, redis_url: str, token: str) -> None:
    """Serve Upstash's REST protocol on the loopback interface."""
    uvicorn.run(
        RedisRest(redis_url=redis_url, token=token),
        host="127.0.0.1",
        port=port,
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    main()
