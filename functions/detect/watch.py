"""One use case: say what is expected of pipelines whose schedule or settings changed, without waiting for a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from functions.detect.expectation import expectation_of
from shared import logs
from shared.state_store import parse_state

KIND = "expectations"
MAX_PIPELINES = 500


class Tasks(Protocol):
    """The tasks of `detect` in one workspace."""

    def claim(self) -> Mapping[str, Any] | None:
        """The next task with its lease, or None."""

    def stale_pipelines(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """Pipelines of which it is not known what to expect: ``pipeline_id, pipeline, state, since``."""

    def store(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep what is expected of pipelines."""

    def finish(self, lease: str, result: Mapping[str, Any]) -> bool:
        """The task is done. False: another claimant has taken it over."""

    def fail(self, lease: str, error: str) -> bool:
        """The task is to be tried again later."""


@dataclass(slots=True)
class Report:
    """What a wake-up led to besides the events."""

    tasks: int = 0
    pipelines: int = 0
    failed: int = 0


class Watch:
    """Works the tasks of a workspace off."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now

    def run(self, tasks: Tasks) -> Report:
        """Until no task is left."""
        report = Report()
        while (task := tasks.claim()) is not None:
            report.tasks += 1
            try:
                pipelines = self._watch(tasks) if task["kind"] == KIND else 0
            # A task must not take its neighbours with it; the row keeps the error.
            except Exception as error:  # noqa: BLE001
                message = f"{type(error).__name__}: {error}"[:2000]
                logs.error(message, action="put_task_off", kind=task["kind"], reason=task["reason"])
                report.failed += 1
                tasks.fail(task["lease"], message)
            else:
                report.pipelines += pipelines
                tasks.finish(task["lease"], {"pipelines": pipelines})
        return report

    def _watch(self, tasks: Tasks) -> int:
        count = 0
        while found := tasks.stale_pipelines(MAX_PIPELINES):
            tasks.store([self._row(stale) for stale in found])
            count += len(found)
            # Rows that somebody is changing just now stay stale: they are asked for again.
            if len(found) < MAX_PIPELINES:
                break
        return count

    def _row(self, stale: Mapping[str, Any]) -> dict[str, Any]:
        expectation = expectation_of(
            stale["pipeline"],
            parse_state(stale["pipeline_id"], stale["state"]),
            now=self._now(),
            since=datetime.fromisoformat(stale["since"]),
        )
        return {"pipeline_id": stale["pipeline_id"], "since": stale["since"], **expectation.row()}
