"""The training tasks of a workspace as `train` sees them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.engine_calls import EngineCalls

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

    def counts(self, kind: str, *, fingerprint: str) -> Mapping[str, Any]:
        """How many labelled runs there are to learn from, how many were recorded with other features, and the window
        of a history that is too long."""
        counts: Mapping[str, Any] = self._call("training_counts", of_kind=kind, of_fingerprint=fingerprint)
        return counts

    def pages(self, kind: str, *, rows: str, fingerprint: str, after: float, before: str) -> Iterator[Sequence[Row]]:
        """Labelled runs that started at ``after`` (epoch seconds) or later and before ``before``, oldest first, a page
        at a time. ``rows`` is the database function that hands them out."""
        after_at = None if after == float("-inf") else _iso(after)
        after_id: str | None = None
        while True:
            page: list[Row] = self._call(
                rows,
                of_kind=kind,
                of_fingerprint=fingerprint,
                after_at=after_at,
                after_id=after_id,
                before_at=before,
                max_rows=PAGE_ROWS,
            )
            if page:
                yield page
            if len(page) < PAGE_ROWS:
                return
            after_id, after_at = page[-1][0], _iso(page[-1][1])

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

    def rollout_state(self) -> Mapping[str, Any]:
        """What is deployed, and what healing was worth."""
        state: Mapping[str, Any] = self._call("rollout_state")
        return state

    def observed_answers(self, kind: str) -> Mapping[str, Any]:
        """What models answered about runs, and what became of these."""
        answers: Mapping[str, Any] = self._call("observed_answers", of_kind=kind)
        return answers

    def recent_features(self, kind: str, *, fingerprint: str) -> Sequence[Sequence[float]]:
        """The features of the latest runs, newest first."""
        rows: list[list[float]] = self._call("recent_features", of_kind=kind, of_fingerprint=fingerprint)
        return rows

    def complete_observation(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Reports, alerts, moves, requests and the end of the task, in one transaction."""
        answer: Mapping[str, Any] = self._call("complete_observation", payload=payload)
        return answer

    def _call(self, function: str, **arguments: Any) -> Any:
        return self._calls.call(function, arguments)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
