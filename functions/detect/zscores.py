"""How far each measure of a run lies from the pipeline's own usual values."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from functions.detect.measure_kinds import MeasureKind, kind_of
from shared.execution import Execution
from shared.pipeline_measures import DURATION, ROWS, VOLUME, measured_values
from shared.pipeline_state import PipelineState
from shared.statistics.robust_baseline import RobustBaseline

_STOPPED_EARLY = frozenset({DURATION, ROWS, VOLUME, "throughput_per_minute"})


class StrangeMeasure(NamedTuple):
    """A measure that changed in a watched direction. ``weight`` in 0..1: 0.5 is an alarm on its own."""

    name: str
    kind: MeasureKind
    value: float
    weight: float
    baseline: RobustBaseline


def strange_measures(
    execution: Execution, state: PipelineState, overrides: Mapping[str, Any]
) -> Iterator[StrangeMeasure]:
    """Every measure that deviates in a watched direction by more than its least change.

    A measure below 8 known values is not compared. A run that did not complete stopped on the way: that it was short
    or moved little is no news and not counted.
    """
    measured = state.measures.measured
    for name, value in measured_values(execution).items():
        measure = measured.measure(name)
        usual = None if measure is None else measure.baseline.get()
        if measure is None or usual is None:
            continue
        kind = kind_of(name, overrides)
        if not kind.matters(value, usual.median):
            continue
        strangeness = measure.strangeness(value) or 0.0
        if strangeness < 0.0 and execution.failed is not False and name in _STOPPED_EARLY:
            continue
        yield StrangeMeasure(name, kind, value, weight_of(strangeness), measure.baseline)


def weight_of(strangeness: float) -> float:
    """``s**4 / (s**4 + 1)``: 0.5 where an alarm begins, 0.06 at half of that, 0.94 at double.

    >>> round(weight_of(1.0), 3), round(weight_of(-0.5), 3), round(weight_of(2.0), 3)
    (0.5, 0.059, 0.941)
    """
    power = min(abs(strangeness), 1e6) ** 4
    return power / (power + 1.0)
