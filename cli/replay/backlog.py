"""How much the engines have left to do: never let it run away, and wait until nothing is left."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from cli.replay.connection import Connection
from cli.replay.errors import ReplayError

HIGH_EVENTS, LOW_EVENTS = 20_000, 15_000
POLL_ITEMS, POLL_SECONDS = 2_000, 2.0
WAIT_SECONDS = 0.25
STANDSTILL_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """What all engines together have left: events not yet decided on, and events given up."""

    left: int
    dead_letters: int

    @classmethod
    def read(cls, connection: Connection) -> "QueueDepth":
        """Ask the database."""
        answer = cast(dict[str, list[dict[str, int]]], connection.rpc("queue_status"))
        engines = answer["engines"]
        return cls(
            left=sum(engine["waiting"] for engine in engines),
            dead_letters=sum(engine["dead_letters"] for engine in engines),
        )


class Backlog:
    """Watches the queue during a replay. ``peak`` is the deepest it was seen."""

    def __init__(self, connection: Connection, *, stop: threading.Event, note: Callable[[str], None]) -> None:
        self._connection = connection
        self._stop = stop
        self._note = note
        self._has_paused = False
        self._items_since = 0
        self._read_at = time.monotonic()
        self.now = QueueDepth.read(connection)
        self.peak = self.now.left

    def hold_back(self, items: int, on_progress: Callable[[], None]) -> None:
        """Count items as sent, and hold the sender while the engines are 20,000 events behind.

        Raises:
            ReplayError: they have done nothing for two minutes.
        """
        self._items_since += items
        if self._items_since < POLL_ITEMS and time.monotonic() - self._read_at < POLL_SECONDS:
            return
        self._read()
        if self.now.left > HIGH_EVENTS:
            if not self._has_paused:
                self._note(f"{self.now.left:,} events are waiting: sending pauses until the engines have caught up")
                self._has_paused = True
            if not self._falls_to(LOW_EVENTS, on_progress) and not self._stop.is_set():
                raise ReplayError(f"{self._standstill()}; the same command then goes on from here.")

    def drain(self, on_progress: Callable[[], None]) -> bool:
        """Wait until nothing is left; False if nothing was done for two minutes, or the user wants to stop."""
        drained = self._falls_to(0, on_progress)
        if not drained and not self._stop.is_set():
            self._note(f"{self._standstill()}.")
        return drained

    def _falls_to(self, level: int, on_progress: Callable[[], None]) -> bool:
        shortest, moved_at = self.now.left, time.monotonic()
        while True:
            self._read()
            on_progress()
            if self.now.left <= level:
                return True
            if self.now.left < shortest:
                shortest, moved_at = self.now.left, time.monotonic()
            if time.monotonic() - moved_at > STANDSTILL_SECONDS or self._stop.wait(WAIT_SECONDS):
                return False

    def _standstill(self) -> str:
        return (
            f"{self.now.left:,} events have been waiting for {STANDSTILL_SECONDS:.0f} s without progress: "
            "see what is wrong with `flexiroaster status`"
        )

    def _read(self) -> None:
        """Look how much is left now."""
        self.now = QueueDepth.read(self._connection)
        self.peak = max(self.peak, self.now.left)
        self._items_since = 0
        self._read_at = time.monotonic()
