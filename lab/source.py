"""The source: a real HTTP service on this machine, with the weather of real services."""

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ClassVar

from lab.batch import Batch
from local.ports import HOST

RESET = struct.pack("ii", 1, 0)  # close at once, with a reset


@dataclass(slots=True)
class Weather:
    """What is wrong with the source, until a moment (of `time.monotonic`), or for so many requests."""

    kind: str = "fair"
    until: float = float("inf")
    requests: float = float("inf")
    seconds: float = 0.0

    def now(self) -> str:
        """What is wrong with this request; counts it."""
        if time.monotonic() >= self.until or self.requests <= 0:
            return "fair"
        self.requests -= 1
        return self.kind


@dataclass(slots=True)
class Source:
    """Serves one pipeline's file, or that of several. Must be opened in the loop that serves it."""

    token: str
    weather: Weather = field(default_factory=Weather)
    port: int = 0
    asked: int = 0
    over_at: float | None = None
    batches: dict[str, Batch] = field(default_factory=dict)
    # Served once the weather is fair again, where the file itself is the fault.
    later: dict[str, Batch] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _holder: socket.socket | None = None
    _task: asyncio.Task[None] | None = None

    ANSWERS: ClassVar = {
        "unavailable": (503, b'{"error": "Service Unavailable", "message": "the backend is down for maintenance"}'),
        "rate_limited": (429, b'{"error": "Too Many Requests", "message": "rate limit of 10 requests exceeded"}'),
        "expired": (401, b'{"error": "invalid_token", "error_description": "The access token expired"}'),
    }

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    async def open(self) -> None:
        """Listen; on the port of before, where it listened before."""
        self._server = await asyncio.start_server(self._serve, sock=self._bound())

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def refuse(self) -> None:
        """Refuse connections, if it does not yet. The port stays ours: bound, but nobody listens."""
        if self._holder is None and self.over_at is None:
            await self.close()
            self._holder = self._bound()

    async def clear_after(self, seconds: float) -> None:
        """Let all be well again after so many seconds; what was said first holds."""
        if self.over_at is not None:
            return
        self.over_at = self.weather.until = time.monotonic() + seconds
        holder, loop = self._holder, asyncio.get_running_loop()
        if holder is not None:
            loop.call_later(seconds, lambda: setattr(self, "_task", loop.create_task(self._reopen(holder))))

    async def _reopen(self, holder: socket.socket) -> None:
        holder.close()
        await self.open()

    def _bound(self) -> socket.socket:
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((HOST, self.port))
        self.port = door.getsockname()[1]
        return door

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head.decode("latin-1"), writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        is_notice = head.startswith("POST")
        kind = self.weather.now() if self.weather.kind.startswith("notice") == is_notice else "fair"
        if kind in self.ANSWERS:
            status, body = self.ANSWERS[kind]
            await self._send(writer, status, body)
            return
        if kind == "slow":
            await asyncio.sleep(self.weather.seconds)
        if kind == "notice_reset":
            _reset(writer)
            return
        name = head.split("/", 2)[1]
        batch = self.later.get(name) if kind == "fair" and name in self.later else self.batches.get(name)
        body = b"{}" if is_notice or batch is None else batch.content
        if kind == "reset":
            await self._send(writer, 200, body[: len(body) // 2], length=len(body))
            _reset(writer)
            return
        await self._send(writer, 200, body)

    async def _send(self, writer: asyncio.StreamWriter, status: int, body: bytes, length: int | None = None) -> None:
        size = len(body) if length is None else length
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-length: {size}\r\nconnection: close"
        writer.write(f"{head}\r\n\r\n".encode() + body)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
