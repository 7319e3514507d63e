"""Runs as the database hands them to an engine: rows, events and claims."""

from typing import Any

from shared.claim import ENDED, Claim, Event

WORKSPACE = "11111111-1111-4111-8111-111111111111"


def row(run_id: str, pipeline: str, **columns: Any) -> dict[str, Any]:
    """The row of a run that took a minute and succeeded, changed by ``columns``."""
    return {
        "id": run_id,
        "workspace_id": WORKSPACE,
        "pipeline_id": pipeline,
        "status": "completed",
        "created_at": "2026-11-24T06:00:00+00:00",
        "started_at": "2026-11-24T06:00:00+00:00",
        "completed_at": "2026-11-24T06:01:00+00:00",
        "duration_seconds": 60.0,
        "trigger_type": "scheduled",
        "attempt": 1,
        "error_message": None,
        "metadata": {},
        "metrics": {},
        "stages": [],
        **columns,
    }


def ended(pipeline: str, **columns: Any) -> tuple[str, str, dict[str, Any]]:
    """The end of a run of a pipeline."""
    return ENDED, pipeline, columns


def claim(*events: tuple[str, str, dict[str, Any]], more: bool = False) -> Claim:
    """A claim of these events, numbered from 1; every pipeline is Ada's and has learned nothing yet."""
    return Claim(
        lease="lease",
        workspace_id=WORKSPACE,
        events=[
            Event(number, phase, pipeline, row(f"run-{number}", pipeline, **columns))
            for number, (phase, pipeline, columns) in enumerate(events, start=1)
        ],
        more=more,
        pipelines={pipeline: {"owner_id": "ada", "stages": [], "etag": None} for _, pipeline, _ in events},
    )
