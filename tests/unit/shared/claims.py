"""Claims about the runs of a small roastery, for tests of what engines do with them."""

from typing import Any

from shared.claim import ENDED, Claim

WORKSPACE = "11111111-1111-4111-8111-111111111111"

Happening = tuple[str, str, dict[str, Any]]


def row(run: str, pipeline: str, **columns: Any) -> dict[str, Any]:
    """A run's row as the database describes it."""
    return {
        "id": run,
        "workspace_id": WORKSPACE,
        "pipeline_id": pipeline,
        "status": "completed",
        "started_at": "2026-11-01T06:00:00+00:00",
        "completed_at": "2026-11-01T06:10:00+00:00",
        "created_at": "2026-11-01T06:00:00+00:00",
        "metrics": {},
        "stages": [],
        **columns,
    }


def claim(*happenings: Happening, more: bool = True) -> Claim:
    """A claim of events, each (phase, pipeline, columns of the run's row)."""
    described = {
        "name": "nightly roast",
        "owner_id": "ada",
        "config": {},
        "timeout_seconds": None,
        "schedule_cron": None,
        "stages": [],
        "etag": None,
    }
    return Claim.from_document(
        {
            "lease": "a-lease",
            "workspace_id": WORKSPACE,
            "claimed_at": "2026-11-24T06:00:00+00:00",
            "events": [
                {"id": number, "phase": phase, "execution": row(f"run-{number}", pipeline, **columns)}
                for number, (phase, pipeline, columns) in enumerate(happenings, start=1)
            ],
            "pipelines": {pipeline: described for _, pipeline, _ in happenings},
            "histories": [],
            "models": {},
            "challengers": {},
            "more": more,
        }
    )


def ended(pipeline: str, **columns: Any) -> Happening:
    """An ended run."""
    return ENDED, pipeline, columns
