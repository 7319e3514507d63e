"""The loop that all sources live in, on a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

from lab.source import Source

PATIENCE_SECONDS = 30.0


class Sources:
    """A context manager; its methods may be called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab-sources", daemon=True)
        self._opened: list[Source] = []

    def __enter__(self) -> Self:
        """Start the loop."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close every source."""
        for source in self._opened:
            self._do(source.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def open(self, source: Source) -> Source:
        """Let it listen on a free port."""
        self._do(source.open())
        self._opened.append(source)
        return source

    def refuse(self, source: Source) -> None:
        """Let it refuse connections."""
        self._do(source.refuse())

    def clear_after(self, source: Source, seconds: float) -> None:
        """Let it be well again after so many seconds."""
        self._do(source.clear_after(seconds))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS)
