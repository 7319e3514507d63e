"""Looks at the tables for all pipelines: hands runs that wait to their orchestrators, and knows the plans."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from lab.errors import LabError
from lab.records import Records

Row = dict[str, Any]
EVERY_SECONDS = 0.3


class Watcher:
    """A context manager. ``join`` says whose orders a pipeline's runs are."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lab-watcher", daemon=True)
        self._takers: dict[str, Callable[[Row], None]] = {}
        self._workspaces: set[str] = set()
        self._given: set[str] = set()
        self._plans: Mapping[str, Row] = {}
        self.failure: LabError | None = None

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def join(self, workspace_id: str, pipeline_id: str, taker: Callable[[Row], None]) -> None:
        """Hand the pipeline's waiting runs to ``taker``, each once, when its time has come."""
        self._takers[pipeline_id] = taker
        self._workspaces.add(workspace_id)

    def plan(self, run: str) -> Row | None:
        """The plan for a failed run, when there is one."""
        return self._plans.get(run)

    def _watch(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            workspaces = sorted(self._workspaces)
            if not workspaces:
                continue
            try:
                self._look(workspaces)
                self.failure = None
            except LabError as error:
                self.failure = error

    def _look(self, workspaces: list[str]) -> None:
        columns = "id,created_at,execution_id,status,decision,steps"
        self._plans = {row["execution_id"]: row for row in self._records.all("healing_plans", workspaces, columns)}
        for row in self._records.waiting(workspaces):
            taker = self._takers.get(row["pipeline_id"])
            if taker is not None and row["id"] not in self._given and is_due(row, datetime.now(UTC)):
                self._given.add(row["id"])
                taker(row)


def is_due(row: Row, now: datetime) -> bool:
    """Whether the time of a waiting run has come; a time that cannot be read is no reason to wait.

    >>> is_due({"metadata": {"not_before": "2026-11-24T12:00:05+00:00"}}, datetime(2026, 11, 24, 12, tzinfo=UTC))
    False
    """
    moment = (row.get("metadata") or {}).get("not_before")
    with contextlib.suppress(TypeError, ValueError):
        return moment is None or datetime.fromisoformat(moment) <= now
    return True
