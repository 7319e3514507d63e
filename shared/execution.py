"""One run of one pipeline, as the engines see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from shared import row_values as read
from shared.errors import FlexiRoasterError
from shared.stage_run import MAX_ERROR_BYTES, duration_seconds
from shared.stage_run import StageRun as StageRun

MAX_IDENTIFIER_BYTES = 2048
MAX_METRICS = 200
MAX_METADATA = 200
MAX_LABELS = 16
MAX_LABEL_BYTES = 200
MAX_STAGES = 200
SUCCEEDED, FAILED, CANCELLED = "completed", "failed", "cancelled"
ENDED_STATUSES = frozenset({SUCCEEDED, FAILED, CANCELLED})
STATUSES = ENDED_STATUSES | {"pending", "queued", "running"}


class RowError(FlexiRoasterError, ValueError):
    """The row cannot be a run: it has no id, no pipeline, no workspace or no readable time."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One run: what was known at its start, and what was learned from it after.

    ``metadata`` (numbers) and ``labels`` (identifiers: text, and keys ending in ``_id``) come from the row's
    ``metadata`` and were known before the run. ``metrics`` holds the mean of each metric measured in the run.
    """

    id: str
    workspace_id: str
    pipeline_id: str
    owner_id: str | None
    status: str
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    duration_seconds: float | None = None
    trigger_type: str = "manual"
    attempt: int = 1
    error_message: str | None = None
    config_version: int | None = None
    data_volume_mb: float | None = None
    rows_processed: float | None = None
    metadata: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    stages: tuple[StageRun, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Self:
        """A run from a row of ``executions`` with ``owner_id``, ``metrics`` and ``stages`` beside its columns.

        Tolerant: what cannot be read is None, sizes are bounded (error message 8 KiB, 200 metrics, 200 metadata
        keys, names 120 characters).

        Raises:
            RowError: the row has no id, pipeline_id, workspace_id, or no readable time at all.
        """
        started_at, completed_at = read.moment(row.get("started_at")), read.moment(row.get("completed_at"))
        created_at = read.moment(row.get("created_at")) or started_at or completed_at
        if created_at is None:
            raise RowError(f"execution {row.get('id')!r:.60} has no readable created_at, started_at or completed_at")
        metadata = row.get("metadata")
        status = row.get("status")
        return cls(
            id=_identifier(row, "id"),
            workspace_id=_identifier(row, "workspace_id"),
            pipeline_id=_identifier(row, "pipeline_id"),
            owner_id=read.name(row.get("owner_id")) or None,
            status=status if isinstance(status, str) and status in STATUSES else "pending",
            created_at=created_at,
            started_at=started_at,
            completed_at=completed_at,
            duration_seconds=duration_seconds(row.get("duration_seconds"), started_at, completed_at),
            trigger_type=read.name(row.get("trigger_type")) or "manual",
            attempt=read.whole(row.get("attempt"), default=1, low=1),
            error_message=read.message(row.get("error_message"), max_bytes=MAX_ERROR_BYTES),
            config_version=_config_version(row.get("config_version")),
            data_volume_mb=read.magnitude(row.get("data_volume_mb")),
            rows_processed=read.magnitude(row.get("rows_processed")),
            metadata=_magnitudes(metadata),
            metrics=read.numbers(row.get("metrics"), limit=MAX_METRICS),
            stages=_stages(row.get("stages")),
            labels=_labels(metadata),
        )

    @property
    def begun_at(self) -> datetime:
        """When it started, or was created where no start is known."""
        return self.started_at or self.created_at

    @property
    def ended_at(self) -> datetime:
        """When its outcome became known: its end, or its start where the end is missing or before the start."""
        begun_at = self.begun_at
        return self.completed_at if self.completed_at is not None and self.completed_at >= begun_at else begun_at

    @property
    def has_ended(self) -> bool:
        """Whether its status is final."""
        return self.status in ENDED_STATUSES

    @property
    def failed(self) -> bool | None:
        """True after a failure, False after a success, None where it is neither (cancelled, or not ended)."""
        if self.status == FAILED:
            return True
        return False if self.status == SUCCEEDED else None

    @property
    def clock_is_skewed(self) -> bool:
        """Whether it claims to have completed before it started."""
        return self.completed_at is not None and self.started_at is not None and self.completed_at < self.started_at

    def as_started(self) -> Self:
        """This run without anything learned after its start.

        ``data_volume_mb`` counts as measured in the run unless the metadata declares it.
        """
        return replace(
            self,
            status="running",
            completed_at=None,
            duration_seconds=None,
            error_message=None,
            data_volume_mb=self.metadata.get("data_volume_mb"),
            rows_processed=None,
            metrics={},
            stages=(),
        )


def _identifier(row: Mapping[str, object], column: str) -> str:
    value = row.get(column)
    identifier = read.text(str(value), max_bytes=MAX_IDENTIFIER_BYTES) if value is not None else ""
    if not identifier:
        raise RowError(f"execution {row.get('id')!r:.60} has no {column}; every run needs one")
    return identifier


def _config_version(value: object) -> int | None:
    return None if value is None else read.whole(value, default=0, high=2**31 - 1) or None


def _magnitudes(metadata: object) -> dict[str, float]:
    entries = {key: entry for key, entry in read.pairs(metadata) if not _is_identifier_key(key)}
    return read.numbers(entries, limit=MAX_METADATA)


def _labels(metadata: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, entry in read.pairs(metadata):
        if len(found) == MAX_LABELS:
            break
        if not isinstance(entry, str):
            known = read.number(entry) if _is_identifier_key(key) else None
            entry = "" if known is None else f"{known:.17g}"
        name, label = read.name(key), read.text(entry, max_bytes=MAX_LABEL_BYTES)
        if name and label:
            found[name] = label
    return found


def _is_identifier_key(key: object) -> bool:
    return isinstance(key, str) and key.endswith("_id")


def _stages(value: object) -> tuple[StageRun, ...]:
    rows: Iterable[object] = value if isinstance(value, list | tuple) else ()
    stages = (StageRun.from_row(row) for row in list(rows)[:MAX_STAGES] if isinstance(row, Mapping))
    return tuple(stage for stage in stages if stage.name)
