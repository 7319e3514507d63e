"""Runs that are over, as the simulation of healing sees them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.history.row import HistoryRow
from functions.rca.diagnose import diagnose


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run. ``cause``: its root cause as stored, ``{}`` where none is; it is then diagnosed from its message."""

    id: str
    pipeline: str
    failed: bool
    seconds: float
    message: str
    version: int | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    cause: Mapping[str, Any] = field(default_factory=dict)

    def known_cause(self) -> Mapping[str, Any]:
        """The stored cause, or what the message says."""
        if self.cause or not self.message:
            return self.cause
        found = diagnose(self.message).cause
        if found is None:
            return {}
        return {"family": found.family, "subcause": found.subcause, "transient": found.transient, "evidence": {}}


def of_history(rows: Iterable[HistoryRow]) -> Iterator[PastRun]:
    """The runs of a history file; cancelled ones tell nothing."""
    for row in rows:
        if row.status == "cancelled":
            continue
        seconds = max(0.0, (row.ended_at - row.started_at).total_seconds())
        yield PastRun(row.execution_id, row.pipeline, row.status == "failed", seconds, row.error_message or "")


def of_rows(
    executions: Iterable[Mapping[str, Any]],
    pipelines: Iterable[Mapping[str, Any]],
    causes: Iterable[Mapping[str, Any]],
) -> Iterator[PastRun]:
    """The runs that a workspace stores, in the order of their recording, but for those that healing queued."""
    configs = {row["id"]: row["config"] for row in pipelines}
    first = {row["execution_id"]: row for row in causes if row["rank"] == 1 and row["family"]}
    for row in sorted(executions, key=lambda row: str(row["created_at"])):
        if row["status"] in ("completed", "failed") and row["trigger_type"] != "healing":
            yield PastRun(
                row["id"],
                row["pipeline_id"],
                row["status"] == "failed",
                float(row["duration_seconds"] or 0.0),
                row["error_message"] or "",
                row["config_version"],
                configs.get(row["pipeline_id"]) or {},
                first.get(row["id"], {}),
            )


def by_pipeline(runs: Iterable[PastRun]) -> Mapping[str, Sequence[PastRun]]:
    """The runs of each pipeline, in order."""
    sorted_out: dict[str, list[PastRun]] = defaultdict(list)
    for run in runs:
        sorted_out[run.pipeline].append(run)
    return sorted_out
