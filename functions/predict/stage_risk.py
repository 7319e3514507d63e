"""The failure probability of each stage, from the stage's own outcomes."""

import math
from collections.abc import Iterable, Mapping, Sequence

from functions.predict.prediction import StageRisk
from shared.pipeline_state import PipelineState
from shared.short_key import short_key

STRENGTH = 4.0  # runs that the prior weighs
MAX_STAGES = 64


def stage_risks(
    failure_probability: float, *, state: PipelineState, stages: Sequence[Mapping[str, object]]
) -> tuple[StageRisk, ...]:
    """The risk of each declared stage, in the order given; of the stages seen where none is declared.

    A stage's risk is its failure rate ``(failures + prior * 4) / (runs + 4)``, where the prior shares the run's
    failure probability out evenly over its stages: ``1 - (1 - p) ** (1 / stages)``. A stage never seen has the prior.
    Then all are scaled together so that they multiply up to the run's probability: with ``f(c) = 1 - prod((1 -
    risk) ** c)`` the exponent ``c`` is the one for which ``f(c)`` equals ``p``.
    """
    names = list(dict.fromkeys(_names(stages))) or state.outcomes.stages.keys()
    names = names[:MAX_STAGES]
    if not names:
        return ()
    survival = max(1.0 - failure_probability, 1e-9)
    prior = 1.0 - survival ** (1.0 / len(names))
    table = state.outcomes.stages
    rates = [min(table.rate(short_key(name), prior, STRENGTH), 1.0 - 1e-9) for name in names]
    exponent = _exponent(survival, rates)
    return tuple(
        StageRisk(name, 1.0 - (1.0 - rate) ** exponent, table.get(short_key(name))[0])
        for name, rate in zip(names, rates, strict=True)
    )


def _names(stages: Iterable[Mapping[str, object]]) -> Iterable[str]:
    return (str(stage["name"]) for stage in stages if stage.get("name"))


def _exponent(survival: float, rates: Iterable[float]) -> float:
    product = 1.0
    for rate in rates:
        product *= 1.0 - rate
    return 1.0 if product >= 1.0 or product <= 0.0 else math.log(survival) / math.log(product)
