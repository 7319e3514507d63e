"""The attempts at one batch: each on a thread of its own, as the fault wants it, and heard of when it ended."""

import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from random import Random
from typing import Any

from lab.errors import LabError
from lab.fault import Fault
from lab.orchestrator import Attempt, Orchestrator, Outcome
from lab.strike import Strike

Row = dict[str, Any]


class Attempts:
    """``inbox``: outcomes, errors, and orders from elsewhere. ``running``: the runs that have not ended.

    ``has_struck`` is called when the first attempt has ended.
    """

    def __init__(
        self,
        fault: Fault,
        orchestrator: Orchestrator,
        *,
        slots: AbstractContextManager[Any],
        random: Random,
        has_struck: Callable[[], None],
    ) -> None:
        self.inbox: queue.SimpleQueue[Outcome | Row | LabError] = queue.SimpleQueue()
        self.running: set[str] = set()
        self._fault, self._orchestrator = fault, orchestrator
        self._slots, self._random, self._has_struck = slots, random, has_struck

    def start(self, attempt: Attempt, strike: Strike, *, pause_seconds: float = 0.0) -> None:
        """Start an attempt, after a pause."""
        self.running.add(attempt.run)
        timer = threading.Timer(pause_seconds, self._carry_out, [attempt, self._as_it_strikes(attempt, strike)])
        timer.daemon = True
        timer.start()

    def end_workers(self) -> None:
        """End the workers of every run that has not ended."""
        for run in list(self.running):
            self._orchestrator.end_worker(run)

    def _as_it_strikes(self, attempt: Attempt, strike: Strike) -> Strike:
        """A process is left in the way once; the race is lost at first, and then by chance."""
        first = attempt.number == 1
        chance = self._fault.clears.chance or 0.0
        return Strike(
            leaves_a_process=strike.leaves_a_process and first,
            meets_other_thread=strike.meets_other_thread and (first or self._random.random() >= chance),
        )

    def _carry_out(self, attempt: Attempt, strike: Strike) -> None:
        try:
            # One that hangs must not keep others from running.
            with nullcontext() if strike.leaves_a_process else self._slots:
                outcome = self._orchestrator.carry_out(attempt, strike)
            if attempt.number == 1:
                self._has_struck()
            self.inbox.put(outcome)
        except LabError as error:
            self.inbox.put(error)
