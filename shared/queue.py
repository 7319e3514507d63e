"""The outbox as an engine sees it, in one workspace."""

from collections.abc import Mapping
from typing import Any

from shared.claim import Claim
from shared.engine_calls import EngineCalls


class Queue:
    """Claims and completes an engine's events in one workspace."""

    def __init__(self, calls: EngineCalls) -> None:
        self._calls = calls

    def claim(self, max_events: int) -> Claim:
        """Take a lease on pipelines with events waiting, and the events."""
        return Claim.from_document(self._calls.call("claim_events", {"max_events": max_events}))

    def read_states(self, pipeline_ids: list[str]) -> dict[str, dict[str, str]]:
        """The stored states of pipelines: ``{id: {"etag", "state"}}``."""
        states: dict[str, dict[str, str]] = self._calls.call("read_pipeline_states", {"pipeline_ids": pipeline_ids})
        return states

    def complete(self, table: str, payload: Mapping[str, Any]) -> list[str]:
        """Store a batch's rows for ``table`` and what was learned. Returns pipelines lost to another claimant."""
        lost: list[str] = self._calls.call(f"complete_{table}", {"payload": payload})["lost"]
        return lost
