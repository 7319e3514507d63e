"""What of a run is sent when, as rows for the `ingest` RPC. A label (`is_anomaly`) is never sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from cli.history import HistoryRow
from cli.replay.timeline import Item

TRIGGER_TYPES = frozenset({"manual", "scheduled", "webhook", "api", "healing"})
UNITS = {"cpu_percent": "percent", "memory_mb": "MB"}

Row = dict[str, object]


def pipeline_id(workspace: UUID, name: str) -> str:
    """The id of a pipeline that a replay makes: the same in every replay into one workspace."""
    return str(uuid5(workspace, f"pipeline:{name}"))


def execution_id(workspace: UUID, name: str) -> UUID:
    """The id of a run: the same in every replay into one workspace."""
    return uuid5(workspace, f"execution:{name}")


@dataclass(frozen=True, slots=True)
class PayloadBuilder:
    """Makes payloads for one workspace. ``pipeline_ids`` holds those that were there before, under ids of their own."""

    workspace: UUID
    pipeline_ids: Mapping[str, str]

    def build(self, items: Sequence[Item]) -> dict[str, list[Row]]:
        """The argument of `ingest` for one group."""
        executions: list[Row] = []
        metrics: list[Row] = []
        for item in items:
            run_id = execution_id(self.workspace, item.row.execution_id)
            identity: Row = {"id": str(run_id), "pipeline_id": self._pipeline_id(item.row.pipeline)}
            if item.is_end:
                executions.append(identity | _end(item.row))
                metrics += _metrics(run_id, item)
            else:
                executions.append(identity | _start(item.row))
        return {"executions": executions, "metrics": metrics}

    def _pipeline_id(self, name: str) -> str:
        return self.pipeline_ids.get(name) or pipeline_id(self.workspace, name)


def _start(row: HistoryRow) -> Row:
    known_before: Row = dict(row.context)
    if row.requested_cpus is not None:
        known_before["requested_cpus"] = row.requested_cpus
    if row.requested_seconds is not None:
        known_before["requested_seconds"] = row.requested_seconds
    trigger_type = row.trigger_type or "scheduled"
    if trigger_type not in TRIGGER_TYPES:
        known_before["trigger"] = trigger_type
        trigger_type = "scheduled"
    return {
        "status": "running",
        "started_at": row.started_at.isoformat(),
        "created_at": (row.queued_at or row.started_at).isoformat(),
        "trigger_type": trigger_type,
        "attempt": row.attempt,
        "metadata": known_before,
    }


def _end(row: HistoryRow) -> Row:
    return {
        "status": row.status,
        "started_at": row.started_at.isoformat(),
        "completed_at": None if row.completed_at is None else row.completed_at.isoformat(),
        "error_message": row.error_message,
        "data_volume_mb": row.data_volume_mb,
        "attempt": row.attempt,
    }


def _metrics(run_id: UUID, item: Item) -> list[Row]:
    row, at = item.row, item.at.isoformat()
    measured = {"cpu_percent": row.cpu_percent, "memory_mb": row.memory_mb, **row.metrics}
    return [
        {
            "id": str(uuid5(run_id, name)),
            "execution_id": str(run_id),
            "metric_name": name,
            "metric_value": value,
            "unit": UNITS.get(name),
            "created_at": at,
        }
        for name, value in measured.items()
        if value is not None
    ]
