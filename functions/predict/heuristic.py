"""The documented formula that predicts where no trained model does.

``logit(p) = logit(b) + sum of weight * (logit(rate) - logit(b))`` over `factors.TERMS`, where ``b`` is the workspace's
failure rate of the last week and each rate is shrunk towards the level above it (pipeline, owner, workspace), so that a
pipeline without runs gets its owner's rate, and an owner without runs the workspace's.

The weights were chosen by hand on the first 56 % of the Gaia history (warm-up and three blocks) and judged on the
rest: ``python -m bench.quality`` prints how it does beside its baselines. A worked number: where the
workspace fails 10 % (-2.20), the last runs 60 % (0.41), the day 40 % (-0.41), the week 20 % (-1.39) and the owner's
hour 30 % (-0.85), the logit is -2.20 + 0.20 * 2.61 + 0.10 * 1.79 + 0.25 * 0.81 + 0.30 * 1.35 = -0.89: a failure
probability of 29 %.
"""

import math
from collections.abc import Mapping, Sequence

from functions.predict.expected_duration import expected_duration, limit_seconds, timeout_probability
from functions.predict.factors import BASE, effects, factors, logit
from functions.predict.prediction import Prediction
from functions.predict.stage_risk import stage_risks
from shared.execution import Execution
from shared.features import INDEX
from shared.pipeline_state import PipelineState

LEARNING_RUNS = 5
HEURISTIC = "heuristic"


def failure_probability(vector: Sequence[float]) -> float:
    """The formula above; between 1 and 99 %."""
    score = logit(vector[INDEX[BASE]]) + sum(effects(vector))
    return min(max(1.0 / (1.0 + math.exp(-score)), 0.01), 0.99)


def predict(
    execution: Execution,
    *,
    vector: Sequence[float],
    state: PipelineState,
    pipeline: Mapping[str, object],
    model_probability: float | None = None,
    model: str = HEURISTIC,
) -> Prediction:
    """The chances of a run that starts, from its ``state.vector(...)`` and the claim's entry of its pipeline.

    ``model_probability`` (of a trained model called ``model``) takes the formula's place where it is a number in 0..1;
    anything else is a model fault, and the formula answers. ``learning`` says that the pipeline has fewer than five
    runs and the probability is mostly its owner's and workspace's.
    """
    by_model = model_probability is not None and 0.0 <= model_probability <= 1.0
    probability = model_probability if by_model and model_probability is not None else failure_probability(vector)
    stages = pipeline.get("stages")
    duration = expected_duration(state)
    missing = max(LEARNING_RUNS - state.runs, 0)
    return Prediction(
        failure_probability=probability,
        success_probability=1.0 - probability,
        factors=factors(vector, state),
        stage_risks=stage_risks(probability, state=state, stages=stages if isinstance(stages, list | tuple) else ()),
        expected_duration_seconds=duration.seconds if duration else None,
        expected_duration_low_seconds=duration.low_seconds if duration else None,
        expected_duration_high_seconds=duration.high_seconds if duration else None,
        timeout_probability=timeout_probability(state, limit=limit_seconds(execution, pipeline)),
        status="learning" if missing else "ok",
        runs_missing=missing,
        model=model if by_model else HEURISTIC,
    )
