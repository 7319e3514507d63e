"""One pipeline under one fault and one policy: from its first good run to its repair, or until it is given up."""

import queue
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from lab.attempts import Attempts
from lab.batch import Batch
from lab.decisions import blind_retry, healing_attempt, is_settled
from lab.errors import LabError
from lab.fault import Fault
from lab.orchestrator import Attempt, Orchestrator, Outcome
from lab.policy import Policy
from lab.preparing import be_struck, run_well
from lab.records import Records
from lab.strike import Strike
from lab.watcher import Watcher
from lab.world import World

Row = dict[str, Any]
PATIENCE_SECONDS = 40.0
# A run counts as stuck a minute and a tenth after its time limit.
STUCK_PATIENCE_SECONDS = 150.0
LOOK_SECONDS = 0.3
MEET_SECONDS = 600.0


class Case:
    """``together``: where the pipelines that one fault strikes meet before it passes.

    ``strikes_after_seconds``: how long after everybody is ready.
    """

    def __init__(
        self,
        fault: Fault,
        policy: Policy,
        seed: int,
        *,
        world: World,
        orchestrator: Orchestrator,
        records: Records,
        watcher: Watcher,
        slots: AbstractContextManager[Any],
        together: threading.Barrier,
        strikes_after_seconds: float = 0.0,
    ) -> None:
        self.fault, self.policy, self.seed = fault, policy, seed
        self.world = world
        self.pipeline_id = orchestrator.pipeline_id
        self.outcomes: list[Outcome] = []
        self.first_run = self.batch = str(uuid.uuid4())
        self.wanted: Batch | None = None
        self.struck_config: Row = {}
        self._orchestrator, self._records, self._watcher = orchestrator, records, watcher
        self._slots, self._together = slots, together
        self._strikes_after_seconds = strikes_after_seconds
        self._strike = Strike()
        self._stopped = threading.Event()
        self._attempts = Attempts(fault, orchestrator, slots=slots, random=world.random, has_struck=self._begin_to_pass)

    @property
    def is_slow(self) -> bool:
        """Whether the fault is noticed so late that it strikes before the others do."""
        return self.fault.clears.by == "restart_worker"

    @property
    def failed_at(self) -> float:
        """When it first failed; of a run that hung, when it began."""
        first = self.outcomes[0]
        return first.began_at if self._strike.leaves_a_process else first.ended_at

    def attempts(self) -> Sequence[Outcome]:
        """The attempts after the first."""
        return self.outcomes[1:]

    def take(self, row: Row) -> None:
        """Take an order: a run that waits."""
        self._attempts.inbox.put(row)

    def stop(self) -> None:
        """Give the case up as soon as its present run has ended."""
        self._stopped.set()

    def live(self, all_ready: threading.Barrier) -> None:
        """Run well for a while, wait for the others, be struck, fail, and be repaired or given up.

        Raises:
            LabError: a run that should go well does not, or the services do not answer.
            threading.BrokenBarrierError: that happened to another.
        """
        try:
            for _ in range(self.fault.good_runs):
                if not self._stopped.is_set():
                    run_well(self.fault, self._orchestrator, self.world, self._slots)
            if not self.is_slow:
                all_ready.wait(MEET_SECONDS)
                self._stopped.wait(self._strikes_after_seconds)
        except LabError:
            all_ready.abort()
            raise
        self._strike, self.struck_config = be_struck(self.fault, self.pipeline_id, self.world, self._records)
        self.wanted = self.world.new_batch(self.batch, self.fault.name)
        self._attempts.start(Attempt(self.first_run, self.batch), self._strike)
        self._see_to_it()
        self._attempts.end_workers()

    def _begin_to_pass(self) -> None:
        """What passes with time begins to when everybody has met it."""
        if self.fault.clears.after_seconds is not None:
            self._together.wait(MEET_SECONDS)
            self.world.clear_after(self.fault.clears.after_seconds)

    def _see_to_it(self) -> None:
        patience = STUCK_PATIENCE_SECONDS if self.is_slow else PATIENCE_SECONDS
        last = time.monotonic()
        while not self._stopped.is_set() and not self._is_settled() and time.monotonic() - last < patience:
            try:
                message = self._attempts.inbox.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            last = time.monotonic()
            if isinstance(message, LabError):
                raise message
            if isinstance(message, Outcome):
                self._attempts.running.discard(message.attempt.run)
                self.outcomes.append(message)
                again = blind_retry(message, self.policy)
                if again is not None:
                    pause = self.policy.pause_before(again.number) or 0.0
                    self._attempts.start(again, self._strike, pause_seconds=pause)
            else:
                self._obey(message)

    def _is_settled(self) -> bool:
        if self._attempts.running or not self.outcomes:
            return False
        plan = self._watcher.plan(self.outcomes[-1].attempt.run)
        return is_settled(self.outcomes, self.policy, plan)

    def _obey(self, row: Row) -> None:
        """Take up a run that waits, as the contract of healing says."""
        if row["metadata"].get("restart_worker"):
            self._attempts.end_workers()
        if self._records.take_up(row["id"]):
            self._attempts.start(healing_attempt(row, self.batch), self._strike)
