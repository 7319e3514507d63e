"""The features of a stage of a run that is about to start: their order, names, units and meaning are a contract."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from shared.features import FEATURES, INDEX, Feature
from shared.model_input import ModelInput
from shared.pipeline_state import PipelineState
from shared.short_key import short_key

MAX_STAGES = 64
STRENGTH = 4.0  # runs that the prior weighs
PIPELINE_RATE = INDEX["pipeline_failure_rate_30_runs"]

STAGE_FEATURES: tuple[Feature, ...] = (
    Feature("stage_failure_rate", "share", "failures of the stage, half-life 30 runs of it, shrunk to its even share"),
    Feature("stage_runs", "log1p runs", "runs of the stage, half-life 30 runs of it"),
    Feature("stage_share_of_failures", "share", "its failure rate among those of all stages of the pipeline"),
    Feature("earlier_stages_risk", "share", "chance that a stage before it fails, from their failure rates"),
    Feature("stage_place", "share", "0 for the first stage, 1 for the last"),
    Feature("stages", "log1p stages", "stages of the pipeline"),
    Feature("stage_is_critical", "0 or 1", "whether its failure is declared to end the run"),
    Feature("stage_dependencies", "log1p stages", "stages that it is declared to wait for"),
)

NAMES: tuple[str, ...] = tuple(feature.name for feature in (*FEATURES, *STAGE_FEATURES))
STAGE_OF_RUN = ModelInput(
    hashlib.sha256("\n".join(f"{f.name}\t{f.unit}" for f in (*FEATURES, *STAGE_FEATURES)).encode()).hexdigest(),
    len(NAMES),
)
"""A row for a stage: the features of the run, then those of the stage."""


def declared_stages(state: PipelineState, stages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The declared stages by their names, in the order given, at most 64; those seen where none is declared."""
    by_name = {str(stage["name"]): stage for stage in reversed(stages) if stage.get("name")}
    names = dict.fromkeys(str(stage["name"]) for stage in stages if stage.get("name"))
    known: list[Mapping[str, Any]] = [{**by_name[name], "name": name} for name in names]
    if not known:
        seen = state.outcomes.stages.keys()
        known = [{"name": key} for key in seen]
    return known[:MAX_STAGES]


def even_share(failure_probability: float, stages: int) -> float:
    """The risk of each of ``stages`` alike stages that together fail with ``failure_probability``.

    >>> round(even_share(0.271, 3), 3)
    0.1
    """
    return 1.0 - float(max(1.0 - failure_probability, 1e-9) ** (1.0 / stages))


def stage_features(
    state: PipelineState, vector: Sequence[float], stages: Sequence[Mapping[str, Any]]
) -> dict[str, list[float]]:
    """The features of each stage by its name, from the ``vector`` of the run and its pipeline's declared ``stages``."""
    known, table = declared_stages(state, stages), state.outcomes.stages
    prior = even_share(vector[PIPELINE_RATE], max(len(known), 1))
    rates = [table.rate(short_key(stage["name"]), prior, STRENGTH) for stage in known]
    total, unharmed, features = max(sum(rates), 1e-9), 1.0, {}
    for place, (stage, rate) in enumerate(zip(known, rates, strict=True)):
        values = (
            rate,
            math.log1p(table.get(short_key(stage["name"]))[0]),
            rate / total,
            1.0 - unharmed,
            place / max(len(known) - 1, 1),
            math.log1p(len(known)),
            float(bool(stage.get("is_critical", True))),
            math.log1p(len(stage.get("dependencies") or ())),
        )
        unharmed *= 1.0 - rate
        features[stage["name"]] = [round(value, 6) for value in values]
    return features
