"""One line that is written over on a terminal; elsewhere a line every few seconds."""

import time
from datetime import datetime
from typing import TextIO

TERMINAL_SECONDS, PLAIN_SECONDS = 0.2, 5.0
WIDTH = 79


class Progress:
    """Tells how a replay goes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._began = self._shown_at = time.monotonic()
        self._line_open = False

    def begin(self) -> None:
        """Speed counts from now."""
        self._began = time.monotonic()

    def show(self, *, doing: str, runs: int, backlog: int, at: datetime | None, of_runs: int | None = None) -> None:
        """So many runs are over; ``at`` is the moment of the history that is being replayed."""
        now = time.monotonic()
        if now - self._shown_at < (TERMINAL_SECONDS if self._is_terminal else PLAIN_SECONDS):
            return
        self._shown_at = now
        total = f" of {of_runs:,}" if of_runs else ""
        speed = f"{runs / max(now - self._began, 1e-3):,.0f}/s"
        moment = f" · {at:%d %b %Y %H:%M}" if at else ""
        line = f"{doing} {runs:,}{total} runs · {speed} · {backlog:,} waiting{moment}"[:WIDTH]
        self._stream.write(f"\r{line:<{WIDTH}}" if self._is_terminal else f"{line}\n")
        self._line_open = self._is_terminal
        self._stream.flush()

    def note(self, sentence: str) -> None:
        """A sentence on a line of its own."""
        self.end()
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave the line as it is."""
        if self._line_open:
            self._stream.write("\n")
            self._line_open = False
