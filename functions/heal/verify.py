"""Whether an action helped: by the outcome, the rows and the duration of the run that it queued."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEAST_ROWS, MOST_ROWS = 0.5, 2.0
DURATION_EXPLOSION = 10.0
LEAST_EXPLOSION_SECONDS = 60.0
LEAST_RUNS = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """``status``: effective, ineffective, harmful or undone. ``restore``: what it changed is taken back."""

    status: str
    why: str
    restore: bool
    alert: str | None = None


def verdict_on(run: Mapping[str, Any], usual: Mapping[str, Any]) -> Verdict:
    """The verdict on a healed run that ended, beside the usual runs of its pipeline.

    >>> usual = {"completed": 9, "rows": 1000, "rows_per_mb": None, "seconds": 60, "longest_seconds": 80}
    >>> verdict_on({"status": "completed", "rows_processed": 990, "duration_seconds": 61}, usual).status
    'effective'
    >>> verdict_on({"status": "completed", "rows_processed": 770, "duration_seconds": 61}, usual).status
    'effective'
    >>> verdict_on({"status": "completed", "rows_processed": 2100, "duration_seconds": 61}, usual).status
    'harmful'
    """
    if run["status"] == "cancelled":
        return Verdict("undone", "the run was cancelled before it ended", restore=True)
    if run["status"] != "completed":
        return Verdict("ineffective", "the run failed again", restore=True)
    if usual["completed"] < LEAST_RUNS:
        return Verdict("effective", "the run completed; there are too few runs to compare it with", restore=False)
    harm = _rows(run, usual) or _duration(run, usual)
    if harm:
        return Verdict("harmful", harm, restore=True, alert="A healing action did harm")
    return Verdict("effective", "the run completed with the usual rows and duration", restore=False)


def overdue() -> Verdict:
    """The verdict on an action whose run did not end in time."""
    return Verdict(
        "undone",
        "its run did not end in time: nobody knows whether it helped",
        restore=True,
        alert="A healing action was not verified in time",
    )


def _rows(run: Mapping[str, Any], usual: Mapping[str, Any]) -> str | None:
    """Rows lost or doubled, for the same input: rows per MB where both are known, for an input may grow."""
    rows, volume = run.get("rows_processed"), run.get("data_volume_mb")
    expected = usual["rows"]
    if volume and usual["rows_per_mb"]:
        expected = usual["rows_per_mb"] * volume
    if rows is None or not expected:
        return None
    share = rows / expected
    if share < LEAST_ROWS:
        return f"the run processed {rows:g} rows where {expected:g} are usual: rows were lost"
    if share > MOST_ROWS:
        return f"the run processed {rows:g} rows where {expected:g} are usual: rows were doubled"
    return None


def _duration(run: Mapping[str, Any], usual: Mapping[str, Any]) -> str | None:
    seconds, longest = run.get("duration_seconds"), usual["longest_seconds"]
    if seconds is None or longest is None:
        return None
    if seconds > max(DURATION_EXPLOSION * longest, LEAST_EXPLOSION_SECONDS):
        return f"the run took {seconds:g} s, the longest before took {longest:g} s"
    return None
