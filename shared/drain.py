"""Working until nothing is left or the time is spent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared import logs
from shared.batch import Batch
from shared.claim import Claim
from shared.errors import DataApiError
from shared.judgement import Judge
from shared.queue import Queue
from shared.served_model import Store
from shared.served_models import ServedModels
from shared.state_store import StateStore

MAX_EVENTS = 400
NAP_SECONDS = 0.02
MAX_NAPS = 10
# A Data API that restarts is back in seconds; without this the batch would wait for its lease to run out.
COMPLETE_PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)


@dataclass(slots=True)
class Report:
    """What a wake-up led to."""

    batches: int = 0
    events: int = 0
    failed: int = 0
    lost: int = 0


def refused(claim: Claim, error: str) -> dict[str, Any]:
    """The payload that gives a batch back whose rows the database did not take.

    The first event of every pipeline counts as failed. Pipelines are then handed out one event at a time, so that only
    the event at fault ends among the dead letters.
    """
    first = {event.pipeline_id: event.id for event in reversed(claim.events)}
    return {
        "lease": claim.lease,
        "done": [],
        "failed": [{"event_id": event_id, "error": error} for event_id in first.values()],
        "states": [],
    }


class Drain:
    """Claims, decides, completes, and refreshes the cache, batch by batch."""

    def __init__(
        self,
        judge: Judge,
        states: StateStore,
        models: Store,
        *,
        clock: Callable[[], float],
        nap: Callable[[float], None],
    ) -> None:
        self._judge = judge
        self._states = states
        self._models = models
        self._clock = clock
        self._nap = nap

    def run(self, queue: Queue, *, budget_seconds: float) -> Report:
        """Work a queue off. Stops after ``budget_seconds``; the sweep wakes somebody for what is left."""
        report, naps, began = Report(), 0, self._clock()
        while self._clock() - began < budget_seconds:
            claim = queue.claim(MAX_EVENTS)
            if claim.events:
                naps = 0
                self._work(queue, claim, report)
            elif claim.more and naps < MAX_NAPS:
                # A writer is in flight who was told that we are awake.
                naps += 1
                self._nap(NAP_SECONDS)
            else:
                break
        return report

    def _work(self, queue: Queue, claim: Claim, report: Report) -> None:
        etags = {pipeline_id: pipeline["etag"] for pipeline_id, pipeline in claim.pipelines.items()}
        states = self._states.load(etags, queue.read_states)
        models = ServedModels(self._judge.inputs, claim.models, claim.challengers, self._models)
        payload = Batch(claim, states, self._judge, models).work()
        try:
            lost = self._complete(queue, payload)
        except DataApiError as error:
            if error.is_passing:
                raise
            logs.error(str(error), action="take_events_one_by_one", engine=self._judge.engine, code=error.code)
            payload = refused(claim, str(error))
            lost = self._complete(queue, payload)
        self._states.remember(
            (state["pipeline_id"], state["state"]) for state in payload["states"] if state["pipeline_id"] not in lost
        )
        report.batches += 1
        report.events += len(payload["done"])
        report.failed += len(payload["failed"])
        report.lost += len(lost)
        if lost:
            logs.warning("another claimant took over", action="leave_to_successor", pipelines=len(lost))

    def _complete(self, queue: Queue, payload: Mapping[str, Any]) -> list[str]:
        """Complete, trying again while the Data API cannot be reached: completing twice stores once."""
        for pause in COMPLETE_PAUSES_SECONDS:
            try:
                return queue.complete(self._judge.table, payload)
            except DataApiError as error:
                if not error.is_passing:
                    raise
                logs.warning(str(error), action="complete_again", engine=self._judge.engine, after_seconds=pause)
                self._nap(pause)
        return queue.complete(self._judge.table, payload)
