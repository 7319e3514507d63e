"""The failure probability of each stage: by the model of stages where one works, else from the stage's own outcomes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from functions.predict.prediction import StageRisk
from shared.pipeline_state import PipelineState
from shared.served_model import ServedModel
from shared.short_key import short_key
from shared.stage_features import STRENGTH, declared_stages, even_share


def stage_risks(
    failure_probability: float, *, state: PipelineState, stages: Sequence[Mapping[str, Any]]
) -> tuple[StageRisk, ...]:
    """The risk of each declared stage, in the order given; of the stages seen where none is declared.

    A stage's risk is its failure rate ``(failures + prior * 4) / (runs + 4)``, where the prior shares the run's
    failure probability out evenly over its stages: ``1 - (1 - p) ** (1 / stages)``. A stage never seen has the prior.
    Then all are scaled together so that they multiply up to the run's probability: with ``f(c) = 1 - prod((1 -
    risk) ** c)`` the exponent ``c`` is the one for which ``f(c)`` equals ``p``.
    """
    names = [stage["name"] for stage in declared_stages(state, stages)]
    if not names:
        return ()
    prior = even_share(failure_probability, len(names))
    table = state.outcomes.stages
    rates = [min(table.rate(short_key(name), prior, STRENGTH), 1.0 - 1e-9) for name in names]
    exponent = _exponent(max(1.0 - failure_probability, 1e-9), rates)
    return tuple(
        StageRisk(name, 1.0 - (1.0 - rate) ** exponent, table.get(short_key(name))[0])
        for name, rate in zip(names, rates, strict=True)
    )


def modelled_stage_risks(
    model: ServedModel, vector: Sequence[float], features: Mapping[str, Sequence[float]], *, state: PipelineState
) -> tuple[StageRisk, ...] | None:
    """What the model says of each stage that there are ``features`` of, beside the run's ``vector``; None where it
    does not answer, or there is no stage.

    Each is the chance that the stage fails if it runs. They are left as the model says them, and need not multiply up
    to the run's probability.
    """
    table, risks = state.outcomes.stages, []
    for name, values in features.items():
        probability = model.probability([*vector, *values])
        if probability is None:
            return None
        risks.append(StageRisk(name, probability, table.get(short_key(name))[0]))
    return tuple(risks) or None


def _exponent(survival: float, rates: Iterable[float]) -> float:
    product = 1.0
    for rate in rates:
        product *= 1.0 - rate
    return 1.0 if product >= 1.0 or product <= 0.0 else math.log(survival) / math.log(product)
