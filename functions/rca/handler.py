"""One use case: why did a run fail, or why was it strange?"""

from collections.abc import Collection, Mapping
from typing import Any

from functions.rca.explanation import explain
from shared import logs
from shared.claim import Claim
from shared.engine_calls import EngineCalls
from shared.queue import Queue


class Explainer:
    """Explains the runs of a claim: each has a log of its own to read, and all logs are read in one call."""

    engine = "rca"
    table = "root_causes"
    max_events = 40

    def __init__(self, calls: EngineCalls) -> None:
        self._calls = calls

    def decide(self, queue: Queue, claim: Claim) -> Mapping[str, Any]:
        """The payload of the claim's completion. A run that cannot be explained stops its own pipeline and no other."""
        done: list[int] = []
        failed: dict[str, dict[str, Any]] = {}
        causes: list[Mapping[str, Any]] = []
        runs = sorted({event.row["id"] for event in claim.events})
        contexts = self._calls.call("diagnosis_contexts", {"of_executions": runs})
        for event in claim.events:
            if event.pipeline_id in failed:
                continue
            subject = {"pipeline_id": event.pipeline_id, "execution_id": event.row["id"]}
            try:
                context = contexts.get(event.row["id"])
                # None: the run was deleted meanwhile, and its events with it.
                rows = [] if context is None else explain(event.row, claim.pipelines[event.pipeline_id], context)
            # One run must not take the batch with it, whatever is in its log; the error goes to its dead letter.
            except Exception as error:  # noqa: BLE001
                message = f"{type(error).__name__}: {error}"[:2000]
                failed[event.pipeline_id] = {"event_id": event.id, "error": message}
                logs.error(message, action="put_event_off", event_id=event.id, engine=self.engine)
                continue
            done.append(event.id)
            causes += [{**subject, **row} for row in rows]
        return {
            "lease": claim.lease,
            "done": done,
            "failed": list(failed.values()),
            "states": [],
            self.table: causes,
        }

    def stored(self, payload: Mapping[str, Any], lost: Collection[str]) -> None:
        """Nothing is kept between claims."""
