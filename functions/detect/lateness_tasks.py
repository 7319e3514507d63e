"""The tasks of a workspace as `detect` sees them: pipelines whose schedule or settings changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.engine_calls import EngineCalls


class LatenessTasks:
    """Claims a task, reads what it needs, and says how it ended."""

    def __init__(self, calls: EngineCalls) -> None:
        self._calls = calls

    def claim(self) -> Mapping[str, Any] | None:
        """The next task with its lease, or None."""
        task: Mapping[str, Any] | None = self._calls.call("claim_task", {})
        return task

    def stale_pipelines(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """Pipelines of which it is not known what to expect, with what is known of them."""
        stale: Sequence[Mapping[str, Any]] = self._calls.call("stale_expectations", {"max_pipelines": limit})
        return stale

    def store(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep what is expected of pipelines."""
        self._calls.call("store_expectations", {"payload": list(rows)})

    def finish(self, lease: str, result: Mapping[str, Any]) -> bool:
        """The task is done. False: another claimant has taken it over."""
        done: bool = self._calls.call("finish_task", {"lease": lease, "result": result})
        return done

    def fail(self, lease: str, error: str) -> bool:
        """The task is to be tried again later."""
        put_off: bool = self._calls.call("fail_task", {"lease": lease, "error": error})
        return put_off
