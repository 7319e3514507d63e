"""The facts about an ended run that rules may ask for, each with its unit. A fact that is not known is absent."""

from collections.abc import Mapping

from shared.execution import Execution
from shared.pipeline_measures import ROWS, VOLUME
from shared.pipeline_state import PipelineState
from shared.signatures import fingerprint_of
from shared.timeout import timeout_seconds

Fact = float | str

FACTS: Mapping[str, str] = {
    "status": "",
    "attempt": "",
    "runs_known": "runs",
    "duration_seconds": "seconds",
    "timeout_seconds": "seconds",
    "requested_seconds": "seconds",
    "clock_skew_seconds": "seconds",
    "rows_processed": "rows",
    "usual_rows": "rows",
    "data_volume_mb": "MB",
    "usual_data_volume_mb": "MB",
    "memory_percent": "%",
    "usual_memory_percent": "%",
    "lowest_measure": "",
    "failures_in_a_row": "failures",
    "failures_milestone": "failures",
    "successes_before": "successes",
    "same_error_milestone": "failures",
    "error_known": "failures",
}
NEVER_NEGATIVE = ("cpu_percent", "memory_mb", "memory_percent", "latency_ms", "throughput_per_minute")
MILESTONE = 3


def facts_of(execution: Execution, state: PipelineState, pipeline: Mapping[str, object]) -> dict[str, Fact]:
    """What is known of this run and of the pipeline before it."""
    metrics = execution.metrics
    known: dict[str, Fact | None] = {
        "status": execution.status,
        "attempt": float(execution.attempt),
        "runs_known": float(state.runs),
        "duration_seconds": execution.duration_seconds,
        "timeout_seconds": timeout_seconds(pipeline),
        "requested_seconds": execution.metadata.get("requested_seconds"),
        "clock_skew_seconds": _clock_skew_seconds(execution),
        "rows_processed": execution.rows_processed,
        "usual_rows": _usual(state, ROWS),
        "data_volume_mb": execution.data_volume_mb,
        "usual_data_volume_mb": _usual(state, VOLUME),
        "memory_percent": metrics.get("memory_percent"),
        "usual_memory_percent": _usual(state, "memory_percent") or 0.0,
        "lowest_measure": min((metrics[name] for name in NEVER_NEGATIVE if name in metrics), default=None),
    }
    if execution.failed:
        known.update(_failure_facts(execution, state))
    return {name: fact for name, fact in known.items() if fact is not None}


def _failure_facts(execution: Execution, state: PipelineState) -> dict[str, Fact | None]:
    outcomes = state.outcomes
    failures = outcomes.streak.failures + 1
    before = outcomes.streak.previous if outcomes.streak.failures else outcomes.streak.successes
    error = fingerprint_of(execution.error_message)
    repeats = outcomes.errors.repeats + 1 if error and error == outcomes.errors.last else 1
    return {
        "failures_in_a_row": float(failures),
        "failures_milestone": _milestone(failures),
        "successes_before": float(max(before, 0)),
        "same_error_milestone": _milestone(repeats) if error else None,
        "error_known": float(outcomes.errors.get(error)) if error else None,
    }


def _milestone(count: int) -> float | None:
    """The count itself at 3, 6, 12, 24 and so on: what goes on is said again, ever more seldom."""
    steps, rest = divmod(count, MILESTONE)
    return float(count) if rest == 0 and steps & (steps - 1) == 0 and steps else None


def _usual(state: PipelineState, name: str) -> float | None:
    usual = state.measures.measured.get(name)
    return None if usual is None else usual.median


def _clock_skew_seconds(execution: Execution) -> float | None:
    if execution.started_at is None or execution.completed_at is None:
        return None
    return (execution.started_at - execution.completed_at).total_seconds()
