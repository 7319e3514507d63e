"""Compute the features of a run that is about to start from what is known of its pipeline, owner and workspace."""

import math
from typing import TYPE_CHECKING

from shared.execution import Execution
from shared.outcome_history import OutcomeHistory
from shared.run_context import attempt_key, context_keys, trigger_key, version_key

if TYPE_CHECKING:
    from shared.pipeline_state import PipelineState

BASE_RATE = 0.1  # failure rate of a workspace that nothing is known of
WORKSPACE_STRENGTH = 5.0  # runs that a prior weighs at the workspace
OWNER_STRENGTH = 3.0  # ... at an owner
PIPELINE_STRENGTH = 2.0  # ... at a pipeline and its contexts
NEVER_SECONDS = 90 * 86400.0
MAX_DEVIATION = 20.0
_DAY_RADIANS = 2.0 * math.pi / 86400.0


def feature_vector(
    state: "PipelineState", execution: Execution, *, now: float, owner: OutcomeHistory, workspace: OutcomeHistory
) -> list[float]:
    """The features in the order of ``FEATURES``; ``now`` in epoch seconds."""
    base = workspace.rate(now, BASE_RATE, WORKSPACE_STRENGTH)
    of_owner = owner.rate(now, base[2], OWNER_STRENGTH)
    values = [
        *_outcomes(state, now, prior=of_owner[2]),
        *of_owner,
        *_log_runs(owner, now)[:2],
        *base,
        _log_runs(workspace, now)[0],
        *_times(state, now),
        *_contexts(state, execution, now, prior=of_owner[2]),
        *_declared(state, execution),
        *_last_run(state, execution),
        *_calendar(now),
    ]
    # To a millionth: what is logged, sent and trained on is then exactly what was scored, and fits float32.
    return [round(value, 6) if -1e30 < value < 1e30 else 0.0 for value in values]


def _outcomes(state: "PipelineState", now: float, *, prior: float) -> list[float]:
    outcomes = state.outcomes
    by_runs = outcomes.rates.rate(prior, PIPELINE_STRENGTH)
    streak = outcomes.streak.current
    after = outcomes.after_failure if streak < 0 else outcomes.after_success
    return [
        *by_runs,
        *outcomes.history.rate(now, by_runs[2], PIPELINE_STRENGTH),
        *_log_runs(outcomes.history, now)[:2],
        math.log1p(state.runs),
        math.log1p(max(-streak, 0)),
        math.log1p(max(streak, 0)),
        after.rate(by_runs[2], PIPELINE_STRENGTH)[1],
    ]


def _log_runs(history: OutcomeHistory, now: float) -> list[float]:
    return [math.log1p(runs) for runs, _ in history.get(now)]


def _times(state: "PipelineState", now: float) -> list[float]:
    outcomes, rhythm = state.outcomes, state.rhythm
    return [
        _log_since(state.last_end, now),
        _log_since(outcomes.last_success, now),
        _log_since(outcomes.last_failure, now),
        _log_since(rhythm.last_start, now),
        rhythm.lateness(now),
        math.log1p(rhythm.get() or 0.0),
    ]


def _log_since(moment: float | None, now: float) -> float:
    elapsed = NEVER_SECONDS if moment is None else min(max(now - moment, 0.0), NEVER_SECONDS)
    return math.log1p(elapsed)


def _contexts(state: "PipelineState", execution: Execution, now: float, *, prior: float) -> list[float]:
    outcomes = state.outcomes
    usual = outcomes.rates.rate(prior, PIPELINE_STRENGTH)[2]
    contexts = outcomes.contexts
    keys = context_keys(execution)
    rates = [contexts.rate(key, usual, PIPELINE_STRENGTH) for key in keys] or [usual]
    version_runs, version_age = state.version_age.get(execution.config_version, now)
    return [
        math.log1p(execution.attempt),
        contexts.rate(attempt_key(execution), usual, PIPELINE_STRENGTH),
        contexts.rate(trigger_key(execution), usual, PIPELINE_STRENGTH),
        contexts.rate(version_key(execution), usual, PIPELINE_STRENGTH),
        math.log1p(min(version_age, 1e12)),
        math.log1p(version_runs),
        sum(rates) / len(rates),
        max(rates),
        min(rates),
        sum(contexts.get(key)[0] > 0.0 for key in keys) / len(keys) if keys else 1.0,
    ]


def _declared(state: "PipelineState", execution: Execution) -> list[float]:
    metadata, usual_seconds = execution.metadata, state.measures.measured.get("duration_seconds")
    requested_seconds = max(metadata.get("requested_seconds", 0.0), 0.0)
    usual_log = 0.0 if usual_seconds is None else math.log1p(max(usual_seconds.median, 0.0))
    share = usual_log - math.log1p(requested_seconds) if usual_seconds is not None and requested_seconds > 0.0 else 0.0
    return [
        _declared_deviation(state, execution),
        math.log1p(max(metadata.get("requested_cpus", 0.0), 0.0)),
        math.log1p(requested_seconds),
        share,
        usual_log,
    ]


def _declared_deviation(state: "PipelineState", execution: Execution) -> float:
    largest = 0.0
    declared = state.measures.declared
    for name in declared.names():
        value = execution.metadata.get(name)
        usual = None if value is None else declared.get(name)
        if usual is not None and value is not None:
            largest = max(largest, abs(usual.deviation(value)))
    return min(largest, MAX_DEVIATION)


def _last_run(state: "PipelineState", execution: Execution) -> list[float]:
    measures = state.measures
    started_at = execution.started_at
    waited = 0.0 if started_at is None else (started_at - execution.created_at).total_seconds()
    return [
        min(max(measures.last_duration_deviation, -MAX_DEVIATION), MAX_DEVIATION),
        min(max(measures.last_measure_deviation, -MAX_DEVIATION), MAX_DEVIATION),
        math.log1p(min(max(waited, 0.0), NEVER_SECONDS)),
        math.log1p(state.outcomes.errors.repeats),
    ]


def _calendar(now: float) -> list[float]:
    day = now % 86400.0 * _DAY_RADIANS
    weekday = int(now // 86400.0 + 3) % 7  # 1 January 1970 was a Thursday
    return [math.sin(day), math.cos(day), 1.0 if weekday >= 5 else 0.0]
