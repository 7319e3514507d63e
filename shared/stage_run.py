"""One stage of one run, as the engines see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from shared import row_values as read

MAX_ERROR_BYTES = 8192


@dataclass(frozen=True, slots=True)
class StageRun:
    """One stage of a run. Durations in seconds; None where not measured."""

    name: str
    status: str
    attempt: int = 1
    started_at: datetime | None = None
    completed_at: datetime | None = None
    duration_seconds: float | None = None
    error_message: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Self:
        """A stage from a row of ``execution_stages``; what cannot be read is None."""
        started_at, completed_at = read.moment(row.get("started_at")), read.moment(row.get("completed_at"))
        return cls(
            name=read.name(row.get("stage_name") or row.get("name")),
            status=read.name(row.get("status")) or "pending",
            attempt=read.whole(row.get("attempt"), default=1, low=1),
            started_at=started_at,
            completed_at=completed_at,
            duration_seconds=duration_seconds(row.get("duration_seconds"), started_at, completed_at),
            error_message=read.message(row.get("error_message"), max_bytes=MAX_ERROR_BYTES),
        )


def duration_seconds(value: object, started_at: datetime | None, completed_at: datetime | None) -> float | None:
    """The measured duration, or the time between start and end where that is not negative; None without either."""
    measured = read.magnitude(value)
    if measured is not None or started_at is None or completed_at is None or completed_at < started_at:
        return measured
    return (completed_at - started_at).total_seconds()
