"""How far each measure of a run lies from what is usual for the pipeline, and for such a run of it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from functions.detect.failures import strange_failure
from functions.detect.measure_kinds import kind_of
from functions.detect.strange_measure import StrangeMeasure, weight_of
from shared.execution import Execution
from shared.measure import Measure
from shared.pipeline_measures import MAX_DEVIATION, measured_values
from shared.pipeline_state import PipelineState
from shared.run_features import STOPPED_EARLY

if TYPE_CHECKING:
    from shared.conditional_baselines import Comparison

LOW_SHARE, HIGH_SHARE = 0.1, 0.9


def strange_measures(
    execution: Execution, state: PipelineState, overrides: Mapping[str, Any]
) -> Iterator[StrangeMeasure]:
    """Every measure that deviates in a watched direction by more than its least change, and a failure that is news.

    A measure below 8 known values is not compared. A run that did not complete stopped on the way: that it was short
    or moved little is no news and not counted.
    """
    comparisons = state.measures.compare(execution)
    for name, value in measured_values(execution).items():
        measure = state.measures.measured.measure(name)
        strange = None if measure is None else _strange(name, value, measure, comparisons.get(name), overrides)
        if strange is None:
            continue
        is_short = strange.strangeness < 0.0 and name in STOPPED_EARLY
        if not (is_short and execution.failed is not False):
            yield strange
    failure = strange_failure(execution, state)
    if failure is not None:
        yield failure


def _strange(
    name: str, value: float, measure: Measure, comparison: "Comparison | None", overrides: Mapping[str, Any]
) -> StrangeMeasure | None:
    usual = measure.baseline.get()
    if usual is None:
        return None
    kind = kind_of(name, overrides)
    expected = usual.median if comparison is None else comparison.expected
    if not kind.matters(value, expected):
        return None
    strangeness = (measure.strangeness(value) or 0.0) if comparison is None else comparison.strangeness
    low = measure.baseline.quantile(LOW_SHARE) or 0.0
    high = measure.baseline.quantile(HIGH_SHARE) or 0.0
    is_implied = comparison is not None and low <= value <= high
    if comparison is not None and is_implied:
        low, high = comparison.low, comparison.high
    deviation = min(max(usual.deviation(value), -MAX_DEVIATION), MAX_DEVIATION)
    weight = weight_of(strangeness)
    return StrangeMeasure(name, kind, value, weight, strangeness, deviation, low, high, is_implied)
