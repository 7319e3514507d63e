"""The training tasks of a workspace as `train` sees them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.engine_calls import EngineCalls
from shared.features import FINGERPRINT

PAGE_ROWS = 5000
Row = Sequence[Any]


class Tasks:
    """Claims a task, reads what it needs, and says how it ended."""

    def __init__(self, calls: EngineCalls) -> None:
        self._calls = calls

    def claim(self) -> Mapping[str, Any] | None:
        """The next task with its lease, or None."""
        task: Mapping[str, Any] | None = self._call("claim_task")
        return task

    def counts(self, kind: str) -> Mapping[str, Any]:
        """How many labelled runs there are to learn from, and how many were recorded with other features."""
        counts: Mapping[str, Any] = self._call("training_counts", of_kind=kind, of_fingerprint=FINGERPRINT)
        return counts

    def pages(self, kind: str, *, before: str) -> Iterator[Sequence[Row]]:
        """Labelled runs that started before ``before``, oldest first, a page at a time."""
        after_at: str | None = None
        after_id: str | None = None
        while True:
            page: list[Row] = self._call(
                "training_rows",
                of_kind=kind,
                of_fingerprint=FINGERPRINT,
                after_at=after_at,
                after_id=after_id,
                before_at=before,
                max_rows=PAGE_ROWS,
            )
            if page:
                yield page
            if len(page) < PAGE_ROWS:
                return
            after_id, after_at = page[-1][0], datetime.fromtimestamp(page[-1][1], UTC).isoformat()

    def register(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Register a published model and finish the task, in one transaction."""
        answer: Mapping[str, Any] = self._call("register_model", payload=payload)
        return answer

    def finish(self, lease: str, result: Mapping[str, Any]) -> bool:
        """The task is done without a model. False: another claimant has taken it over."""
        done: bool = self._call("finish_task", lease=lease, result=result)
        return done

    def fail(self, lease: str, error: str) -> bool:
        """The task is to be tried again later."""
        put_off: bool = self._call("fail_task", lease=lease, error=error)
        return put_off

    def _call(self, function: str, **arguments: Any) -> Any:
        return self._calls.call(function, arguments)
