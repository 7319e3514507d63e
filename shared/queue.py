"""The outbox as an engine sees it, under a token of its own for one workspace."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from shared import engine_token
from shared.claim import Claim


class Calls(Protocol):
    """The Data API."""

    def call(self, function: str, arguments: Mapping[str, Any], *, token: str) -> Any:
        """Call a database function under a token."""


class Queue:
    """Claims and completes an engine's events in one workspace."""

    def __init__(
        self, calls: Calls, *, jwt_secret: str, engine: str, workspace_id: str, now: Callable[[], float]
    ) -> None:
        self._calls = calls
        self._jwt_secret = jwt_secret
        self._engine = engine
        self._workspace_id = workspace_id
        self._now = now

    def claim(self, max_events: int) -> Claim:
        """Take a lease on pipelines with events waiting, and the events."""
        return Claim.from_document(self._call("claim_events", {"max_events": max_events}))

    def read_states(self, pipeline_ids: list[str]) -> dict[str, dict[str, str]]:
        """The stored states of pipelines: ``{id: {"etag", "state"}}``."""
        states: dict[str, dict[str, str]] = self._call("read_pipeline_states", {"pipeline_ids": pipeline_ids})
        return states

    def complete(self, table: str, payload: Mapping[str, Any]) -> list[str]:
        """Store a batch's rows for ``table`` and what was learned. Returns pipelines lost to another claimant."""
        lost: list[str] = self._call(f"complete_{table}", {"payload": payload})["lost"]
        return lost

    def _call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        token = engine_token.mint(
            self._jwt_secret, engine=self._engine, workspace_id=self._workspace_id, now=self._now()
        )
        return self._calls.call(function, arguments, token=token)
