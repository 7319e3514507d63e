"""What the stages that have ended say about the rest of the run."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from functions.predict.prediction import Factor, Prediction, StageRisk
from shared.execution import StageRun

CRITICAL_FAILURE = 0.95


def after_stages(prediction: Prediction, stages: Sequence[StageRun], pipeline: Mapping[str, Any]) -> Prediction:
    """The prediction as the stages that ended have changed it.

    A stage that completed can fail no more: where the stages at the start had the risks ``r`` and ``p`` was the run's,
    it fails with ``1 - (1 - p) ** c``, where ``c`` is the part of ``sum of log(1 - r)`` that the remaining stages have.
    Where the risks multiply up to ``p``, that is ``1 - prod(1 - r)`` over the stages that remain. After the failure of
    a critical stage it is at least 0.95. Without known stages nothing changes. Three stages of risk 0.1 give 0.271 at
    the start and 0.19 once the first has completed.
    """
    completed = {stage.name for stage in stages if stage.status == "completed"}
    failed = {stage.name for stage in stages if stage.status == "failed"} - completed
    critical = {stage["name"] for stage in pipeline["stages"] if stage["is_critical"]}
    remaining = tuple(risk for risk in prediction.stage_risks if risk.stage not in completed)
    if failed & critical:
        probability = max(prediction.failure_probability, CRITICAL_FAILURE)
        factor = _factor(prediction, probability, f"its critical stage {min(failed & critical)} has failed")
    elif len(remaining) < len(prediction.stage_risks):
        part = _part(remaining, prediction.stage_risks)
        probability = 1.0 - (1.0 - prediction.failure_probability) ** part
        done = len(prediction.stage_risks) - len(remaining)
        factor = _factor(prediction, probability, f"{done} of its {len(prediction.stage_risks)} stages have completed")
    else:
        return prediction
    return replace(
        prediction,
        failure_probability=probability,
        success_probability=1.0 - probability,
        stage_risks=remaining,
        factors=(factor, *prediction.factors)[:5],
    )


def _part(remaining: Sequence[StageRisk], risks: Sequence[StageRisk]) -> float:
    """The part of the risk that the remaining stages have; their part of the stages where there is no risk."""
    whole = sum(_log_survival(risk) for risk in risks)
    return sum(_log_survival(risk) for risk in remaining) / whole if whole else len(remaining) / len(risks)


def _log_survival(risk: StageRisk) -> float:
    return math.log1p(-min(risk.failure_probability, 1.0 - 1e-9))


def _factor(before: Prediction, probability: float, text: str) -> Factor:
    return Factor("stages", probability, _logit(probability) - _logit(before.failure_probability), text)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(bounded / (1.0 - bounded))
