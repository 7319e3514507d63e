"""The features of a run that has ended, as detection sees it: their order, names, units and meaning are a contract."""

import hashlib
import math

from shared.execution import Execution
from shared.features import Feature
from shared.model_input import ModelInput
from shared.pipeline_measures import DURATION, ROWS, VOLUME, measured_values
from shared.pipeline_state import PipelineState
from shared.signatures import fingerprint_of

NAMED = (DURATION, VOLUME, ROWS, "cpu_percent", "memory_mb", "memory_percent", "latency_ms", "throughput_per_minute")
STOPPED_EARLY = frozenset({DURATION, ROWS, VOLUME, "throughput_per_minute"})
OTHERS = 3
FAR = 3.0  # spreads
MAX_DEVIATION = 1000.0

RUN_FEATURES: tuple[Feature, ...] = (
    *(
        Feature(f"{name}_deviation", "log1p spreads, signed", f"{name} from its usual value; 0: not known")
        for name in NAMED
    ),
    *(
        Feature(f"other_deviation_{place}", "log1p spreads", "the largest of all other measures, in order of size")
        for place in range(1, OTHERS + 1)
    ),
    Feature("mean_deviation", "log1p spreads", "mean over all measures that are compared"),
    Feature("far_share", "share", "share of those that lie more than 3 spreads from their usual value"),
    Feature("together", "log1p", "how strange its measures are together; 1 is an alarm"),
    Feature("metadata_deviation", "log1p spreads", "the largest of the numbers that it declared"),
    Feature("failed", "0 or 1", "whether it failed"),
    Feature("failure_streak", "log1p runs", "failures in a row, with this one; 0 where it did not fail"),
    Feature("error_is_new", "0 or 1", "whether it failed with an error that the pipeline never had"),
    Feature("attempt", "log1p attempts", "attempt number"),
)
RUN_NAMES: tuple[str, ...] = tuple(feature.name for feature in RUN_FEATURES)
END_OF_RUN = ModelInput(
    hashlib.sha256("\n".join(f"{f.name}\t{f.unit}" for f in RUN_FEATURES).encode()).hexdigest(), len(RUN_FEATURES)
)
"""What is known of a run when it ended, beside what is usual for its pipeline."""


def run_features(execution: Execution, state: PipelineState) -> list[float]:
    """The numbers of an ended run in the order of `RUN_FEATURES`, before the state learns it. Pure; all are finite.

    Deviations are robust: from the median of the pipeline's last ordinary values, in spreads of its side. They and not
    the values make a model that serves all pipelines of a workspace. Of a run that did not complete, what it had not
    reached yet does not count as a fall.
    """
    values = measured_values(execution)
    deviations = {name: _deviation(name, value, execution, state) for name, value in values.items()}
    known = {name: deviation for name, deviation in deviations.items() if deviation is not None}
    sizes = [abs(deviation) for deviation in known.values()]
    others = sorted((abs(deviation) for name, deviation in known.items() if name not in NAMED), reverse=True)[:OTHERS]
    return [
        *(_signed(known.get(name, 0.0)) for name in NAMED),
        *(math.log1p(size) for size in (others + [0.0] * OTHERS)[:OTHERS]),
        math.log1p(sum(sizes) / len(sizes)) if sizes else 0.0,
        sum(size > FAR for size in sizes) / len(sizes) if sizes else 0.0,
        math.log1p(min(state.strangeness.together(values) or 0.0, MAX_DEVIATION)),
        math.log1p(_declared_deviation(execution, state)),
        *_outcome(execution, state),
        math.log1p(execution.attempt),
    ]


def _deviation(name: str, value: float, execution: Execution, state: PipelineState) -> float | None:
    usual = state.measures.measured.get(name)
    if usual is None:
        return None
    deviation = min(max(usual.deviation(value), -MAX_DEVIATION), MAX_DEVIATION)
    if deviation < 0.0 and execution.failed is not False and name in STOPPED_EARLY:
        return None
    return deviation


def _declared_deviation(execution: Execution, state: PipelineState) -> float:
    usual = ((state.measures.declared.get(name), value) for name, value in execution.metadata.items())
    return min(max((abs(one.deviation(value)) for one, value in usual if one is not None), default=0.0), MAX_DEVIATION)


def _outcome(execution: Execution, state: PipelineState) -> tuple[float, float, float]:
    if not execution.failed:
        return 0.0, 0.0, 0.0
    error = fingerprint_of(execution.error_message)
    is_new = bool(error) and not state.outcomes.errors.get(error)
    return 1.0, math.log1p(state.outcomes.streak.failures + 1), float(is_new)


def _signed(deviation: float) -> float:
    return math.copysign(math.log1p(abs(deviation)), deviation)
