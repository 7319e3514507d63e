"""Runs of a pipeline, by when they start, for the tests of what is expected next."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.execution import Execution
from shared.pipeline_state import PipelineState

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    """``2026-03-29 01:30``, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def berlin(text: str, *, fold: int = 0) -> datetime:
    """The UTC moment of a time in Berlin; ``fold`` 1 is the second time round of an hour that comes twice."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


def learned(starts: Iterable[datetime], *, minutes: float = 10.0, recorded_minutes_later: float = 0.0) -> PipelineState:
    """What is known after runs that started then."""
    state = PipelineState()
    for number, started_at in enumerate(starts):
        row = {
            "id": f"run-{number}",
            "workspace_id": "mill",
            "pipeline_id": "flour",
            "status": "completed",
            "created_at": (started_at + timedelta(minutes=recorded_minutes_later)).isoformat(),
            "started_at": started_at.isoformat(),
            "completed_at": (started_at + timedelta(minutes=minutes)).isoformat(),
        }
        state.update(Execution.from_row(row))
    return state


def every(step: timedelta, *, until: datetime, count: int) -> list[datetime]:
    """``count`` moments, the last of them ``until``."""
    return [until - back * step for back in reversed(range(count))]
