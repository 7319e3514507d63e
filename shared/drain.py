"""Working until nothing is left or the time is spent."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shared import logs
from shared.claim import Claim
from shared.errors import DataApiError
from shared.queue import Queue

BUDGET_SECONDS = 25.0
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


class Decider(Protocol):
    """What an engine makes of a claim. ``max_events`` is how much it takes at a time."""

    engine: str
    table: str
    max_events: int

    def decide(self, queue: Queue, claim: Claim) -> Mapping[str, Any]:
        """The payload of the claim's completion."""

    def stored(self, payload: Mapping[str, Any], lost: Collection[str]) -> None:
        """The payload is in the database, but for the pipelines that another claimant has taken over."""


class Drain:
    """Claims, decides and completes, batch by batch."""

    def __init__(self, decider: Decider, *, clock: Callable[[], float], nap: Callable[[float], None]) -> None:
        self._decider = decider
        self._clock = clock
        self._nap = nap

    def run(self, queue: Queue, *, budget_seconds: float) -> Report:
        """Work a queue off. Stops after ``budget_seconds``; the sweep wakes somebody for what is left."""
        report, naps, began = Report(), 0, self._clock()
        while self._clock() - began < budget_seconds:
            claim = queue.claim(self._decider.max_events)
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
        payload = self._decider.decide(queue, claim)
        try:
            lost = self._complete(queue, payload)
        except DataApiError as error:
            if error.is_passing:
                raise
            logs.error(str(error), action="take_events_one_by_one", engine=self._decider.engine, code=error.code)
            payload = refused(claim, str(error))
            lost = self._complete(queue, payload)
        self._decider.stored(payload, lost)
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
                return queue.complete(self._decider.table, payload)
            except DataApiError as error:
                if not error.is_passing:
                    raise
                logs.warning(str(error), action="complete_again", engine=self._decider.engine, after_seconds=pause)
                self._nap(pause)
        return queue.complete(self._decider.table, payload)
