"""Keeps a stack's processes alive: says when one died, starts it again, more and more patiently."""

import time
from collections.abc import Callable
from typing import Protocol

from local.errors import StackError

LOOK_SECONDS = 0.5
FIRST_WAIT_SECONDS = 0.5
LAST_WAIT_SECONDS = 30.0
CALM_SECONDS = 60.0


class Restartable(Protocol):
    """What tending needs of a stack."""

    def dead(self) -> list[str]:
        """The names of the processes that do not run."""

    def start(self, name: str) -> None:
        """Start a process again."""

    def log_tail(self, name: str) -> str:
        """The end of a process's log."""


class Tender:
    """Restarts each dead process after a wait that doubles with every death in a row, up to half a minute."""

    def __init__(
        self, stack: Restartable, *, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stack = stack
        self._say = say
        self._clock = clock
        self._deaths: dict[str, int] = {}
        self._restart_at: dict[str, float] = {}
        self._started_at: dict[str, float] = {}

    def look(self) -> None:
        """Report new deaths, and restart what has waited long enough."""
        for name in self._stack.dead():
            if name not in self._restart_at:
                self._report(name)
            elif self._clock() >= self._restart_at[name]:
                self._restart(name)

    def wait(self) -> None:
        """Let a moment pass."""
        time.sleep(LOOK_SECONDS)

    def _report(self, name: str) -> None:
        calm = self._clock() - self._started_at.get(name, self._clock()) > CALM_SECONDS
        self._deaths[name] = 1 if calm else self._deaths.get(name, 0) + 1
        wait = min(LAST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (self._deaths[name] - 1))
        self._restart_at[name] = self._clock() + wait
        self._say(f"{name} died and is started again in {wait:g} s: {self._stack.log_tail(name)}")

    def _restart(self, name: str) -> None:
        del self._restart_at[name]
        try:
            self._stack.start(name)
        except StackError as error:
            self._say(str(error))
            return
        self._started_at[name] = self._clock()
        self._say(f"{name} is up again")
