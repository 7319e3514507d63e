"""One row of the canonical executions file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

STATUSES = ("completed", "failed", "cancelled")
METRIC_PREFIX = "metric."


class HistoryError(Exception):
    """The history file cannot be read. The message names the file, the line, the column and what to change."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One run that is over. Times are aware and in UTC; None where the file says nothing.

    ``requested_cpus``, ``requested_seconds`` and ``context`` were known before the run; ``cpu_percent``,
    ``memory_mb``, ``data_volume_mb`` and ``metrics`` were measured in it. ``context`` keys that end in ``_id``, and
    texts, are identifiers and no magnitudes. ``completed_at`` may lie before ``started_at``: the clock was wrong.
    """

    execution_id: str
    pipeline: str
    owner: str | None
    queued_at: datetime | None
    started_at: datetime
    completed_at: datetime | None
    status: str
    trigger_type: str | None = None
    attempt: int = 1
    error_message: str | None = None
    cpu_percent: float | None = None
    memory_mb: float | None = None
    data_volume_mb: float | None = None
    requested_cpus: float | None = None
    requested_seconds: float | None = None
    context: Mapping[str, float | str] = field(default_factory=dict)
    is_anomaly: bool | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def ended_at(self) -> datetime:
        """When its outcome became known: its end, or its start where the end is missing or before the start."""
        return self.started_at if self.completed_at is None else max(self.started_at, self.completed_at)
