"""What the models of durations and of stages say of a run, in the place of what the heuristics say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from functions.predict.expected_duration import limit_seconds
from functions.predict.modelled_duration import duration_of, duration_quantiles, exceeding
from functions.predict.prediction import Prediction
from functions.predict.stage_risk import modelled_stage_risks
from shared.execution import Execution
from shared.judgement import Knowledge
from shared.served_model import ServedModel

DURATION, STAGE_RISK = "duration", "stage_risk"
VERSION = "heuristic:1"


def with_models(
    prediction: Prediction,
    execution: Execution,
    knowledge: Knowledge,
    *,
    vector: Sequence[float],
    stage_features: Mapping[str, Sequence[float]],
) -> tuple[Prediction, dict[str, Any]]:
    """The prediction with every part that a model answers, and for each part who answered: ``{"model_version",
    "fault"}``, where the fault says why a model did not."""
    durations = knowledge.models.serving(DURATION, execution.id)
    quantiles = duration_quantiles(durations, vector, state=knowledge.state)
    if quantiles is not None:
        expected = duration_of(quantiles)
        prediction = replace(
            prediction,
            expected_duration_seconds=expected.seconds,
            expected_duration_low_seconds=expected.low_seconds,
            expected_duration_high_seconds=expected.high_seconds,
            timeout_probability=exceeding(quantiles, limit=limit_seconds(execution, knowledge.pipeline)),
        )
    stages = knowledge.models.serving(STAGE_RISK, execution.id)
    risks = modelled_stage_risks(stages, vector, stage_features, state=knowledge.state)
    if risks is not None:
        prediction = replace(prediction, stage_risks=risks)
    answered = {DURATION: _answered(durations, quantiles is not None), STAGE_RISK: _answered(stages, risks is not None)}
    return prediction, answered


def _answered(model: ServedModel, by_model: bool) -> dict[str, Any]:
    version = model.reference.model_version if by_model and model.reference is not None else VERSION
    return {"model_version": version, "fault": model.fault}
