"""One number for how strange an ended run is, with its reasons."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from functions.detect.calibration import score_of, strangeness_of
from functions.detect.detection import Detection, Reason
from functions.detect.facts import facts_of
from functions.detect.guardrail import ALARM_FROM, guardrail_action
from functions.detect.reasons import measure_reason, model_reason, rule_reason, together_reason
from functions.detect.rule import Rule
from functions.detect.rules import all_rules
from functions.detect.together import MIN_MEASURES, Together, least_change, together
from functions.detect.zscores import strange_measures
from shared.execution import Execution
from shared.pipeline_measures import measured_values
from shared.pipeline_state import PipelineState
from shared.pipeline_strangeness import Strangeness
from shared.statistics.robust_baseline import MIN_VALUES

MAX_REASONS = 10
SAID_FROM = 0.2
FURTHER_SHARE = 0.5
RAISED_SHARE = 0.25
MOST_ALONE = 4.0
LEARNING_CEILING = 0.49


def score(
    execution: Execution, state: PipelineState, pipeline: Mapping[str, Any], *, model_score: float | None = None
) -> Detection:
    """Score a run against what was known before it. Pure: call ``state.update(...)`` with `found_by` afterwards.

    Every measure (`zscores.weight_of`), every rule that fires, and the trained model where there is one (calibrated so
    that 0.5 is its threshold; anything but a number in 0..1 is ignored) give a weight in 0..1. Weights combine to
    ``1 - (1 - largest) * product of (1 - half of each other)``, which grows with every one of them.

    Where enough runs are known, how strange the measures are together (`together`) is the base, and the largest weight
    among them raises it by up to a quarter. One of many measures is strange by chance more often than one of few: on
    its own its strangeness counts for three parts in all of the measures. The result is put on the pipeline's own
    level, above which it alarms at a stated rate (`score_of`); only rules that hold for any pipeline are not. While the
    pipeline is learning the score stays below an alarm, unless such a rule fires. Reasons are said from 0.2 on, at most
    ten, strongest first.
    """
    facts = facts_of(execution, state, pipeline)
    fired = [rule for rule in all_rules() if rule.fires(facts)]
    strange = list(strange_measures(execution, state, _overrides(pipeline)))
    model = model_score if model_score is not None and 0.0 <= model_score <= 1.0 else None
    company = together(execution, state)
    weights = [measure.weight for measure in strange]
    strangeness = _strangeness(weights if model is None else [*weights, model], company, fired)
    alarm_from = state.strangeness.budget.get()
    combined = combine([score_of(strangeness, alarm_from), *(rule.weight for rule in fired if _holds_for_any(rule))])
    missing = runs_missing(execution, state)
    if missing and not any(_holds_for_any(rule) for rule in fired):
        combined = min(combined, LEARNING_CEILING)
    is_anomaly = combined >= ALARM_FROM
    reasons = [rule_reason(rule, facts) for rule in fired]
    reasons += [measure_reason(measure) for measure in strange if measure.weight >= SAID_FROM]
    if company is not None:
        reasons += _said(company, alarm_from)
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
        strangeness=0.0 if missing else strangeness,
        alarm_from=alarm_from,
    )


def found_by(detection: Detection, pipeline: Mapping[str, Any]) -> Strangeness:
    """What the pipeline's state learns of a detection."""
    return Strangeness(detection.strangeness, least_change(_overrides(pipeline)))


def _strangeness(weights: Sequence[float], company: Together | None, fired: Sequence[Rule]) -> float:
    """How strange the run is before the pipeline's own level is applied: an alarm begins at 1."""
    if company is None:
        base = strangeness_of(combine(weights))
    else:
        strongest = max(weights, default=0.0)
        alone = min(strangeness_of(strongest), MOST_ALONE) * MIN_MEASURES / company.measures
        base = max(company.strangeness * (1.0 + RAISED_SHARE * strongest), alone)
    said = [rule.weight for rule in fired if not _holds_for_any(rule)]
    return strangeness_of(combine([score_of(base, 1.0), *said])) if said else base


def _holds_for_any(rule: Rule) -> bool:
    return rule.while_learning and rule.weight >= ALARM_FROM


def _said(company: Together, alarm_from: float) -> list[Reason]:
    weight = score_of(company.strangeness, alarm_from)
    said = company.strangeness >= 1.0 and weight >= SAID_FROM
    return [together_reason(company, alarm_from=alarm_from, weight=weight)] if said else []


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
