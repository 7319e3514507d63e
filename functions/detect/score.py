"""One number for how strange an ended run is, with its reasons."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from functions.detect.detection import Detection, Reason
from functions.detect.facts import facts_of
from functions.detect.guardrail import ALARM_FROM, guardrail_action
from functions.detect.reasons import measure_reason, model_reason, rule_reason
from functions.detect.rules import all_rules
from functions.detect.zscores import strange_measures
from shared.execution import Execution
from shared.pipeline_measures import measured_values
from shared.pipeline_state import PipelineState
from shared.statistics.robust_baseline import MIN_VALUES

MAX_REASONS = 10
SAID_FROM = 0.2
FURTHER_SHARE = 0.5
LEARNING_CEILING = 0.49


def score(
    execution: Execution, state: PipelineState, pipeline: Mapping[str, Any], *, model_score: float | None = None
) -> Detection:
    """Score a run against what was known before it. Pure: call ``state.update(run, anomalous=...)`` afterwards.

    Contributions in 0..1 (0.5 is an alarm) come from every measure (`zscores.weight_of`), every rule that fires, and
    the trained model where there is one (``model_score``, calibrated so that 0.5 is its threshold; anything but a
    number in 0..1 is ignored). They combine to ``1 - (1 - largest) * product of (1 - half of each other)``, which grows
    with every one of them. While the pipeline is learning the score stays below an alarm, unless a rule fires that
    holds for any pipeline. Reasons are said from 0.2 on, at most ten, strongest first.
    """
    facts = facts_of(execution, state, pipeline)
    fired = [rule for rule in all_rules() if rule.fires(facts)]
    strange = list(strange_measures(execution, state, _overrides(pipeline)))
    model = model_score if model_score is not None and 0.0 <= model_score <= 1.0 else None
    weights = [*(rule.weight for rule in fired), *(measure.weight for measure in strange)]
    combined = combine(weights if model is None else [*weights, model])
    missing = runs_missing(execution, state)
    if missing and not any(rule.while_learning and rule.weight >= ALARM_FROM for rule in fired):
        combined = min(combined, LEARNING_CEILING)
    is_anomaly = combined >= ALARM_FROM
    reasons = [rule_reason(rule, facts) for rule in fired]
    reasons += [measure_reason(measure) for measure in strange if measure.weight >= SAID_FROM]
    if model is not None and model >= ALARM_FROM:
        reasons.append(model_reason(model))
    return Detection(
        score=combined,
        is_anomaly=is_anomaly,
        reasons=_strongest(reasons),
        guardrail_action=guardrail_action(
            combined,
            is_anomaly=is_anomaly,
            failed=bool(execution.failed),
            anomalies_before=state.measures.anomalies_in_a_row,
            at_least=[rule.action for rule in fired],
        ),
        status="learning" if missing else "ok",
        runs_missing=missing,
    )


def combine(weights: Iterable[float]) -> float:
    """``1 - (1 - largest) * product of (1 - half of each other)``; 0 without any.

    >>> combine([]), combine([0.6]), round(combine([0.6, 0.5]), 3)
    (0.0, 0.6, 0.7)
    """
    ordered = sorted(weights, reverse=True)
    if not ordered:
        return 0.0
    rest = 1.0 - ordered[0]
    for weight in ordered[1:]:
        rest *= 1.0 - FURTHER_SHARE * weight
    return 1.0 - rest


def runs_missing(execution: Execution, state: PipelineState) -> int:
    """Successful runs that are missing before a measure can be compared; any runs, where this one measured nothing."""
    measured = state.measures.measured
    measures = [measured.measure(name) for name in measured_values(execution)]
    if not measures:
        return max(MIN_VALUES - state.runs, 0)
    known = max(0 if measure is None else len(measure.baseline.values) for measure in measures)
    return max(MIN_VALUES - known, 0)


def _overrides(pipeline: Mapping[str, Any]) -> Mapping[str, Any]:
    config = pipeline.get("config")
    overrides = config.get("detection") if isinstance(config, Mapping) else None
    return overrides if isinstance(overrides, Mapping) else {}


def _strongest(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: -reason.weight)[:MAX_REASONS])
