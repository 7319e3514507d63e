"""How far each measure of a run lies from the pipeline's own usual values."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from functions.detect.measure_kinds import MeasureKind, kind_of
from shared.execution import Execution
from shared.pipeline_measures import DURATION, ROWS, VOLUME, measured_values
from shared.pipeline_state import PipelineState
from shared.statistics.robust_baseline import RobustBaseline

ALARM_DEVIATION = 6.0  # spreads at which one measure alone is an alarm, with a full baseline
FEW_VALUES = 8.0  # a baseline of n values asks for (1 + 8 / n) times as much
_STOPPED_EARLY = frozenset({DURATION, ROWS, VOLUME, "throughput_per_minute"})


class Strangeness(NamedTuple):
    """A measure that lies outside what is usual. ``weight`` in 0..1: 0.5 is an alarm on its own."""

    name: str
    kind: MeasureKind
    value: float
    deviation: float
    weight: float
    baseline: RobustBaseline


def strange_measures(
    execution: Execution, state: PipelineState, overrides: Mapping[str, Any]
) -> Iterator[Strangeness]:
    """Every measure that deviates in a watched direction by more than its least change.

    A measure below 8 known values is not compared. A failed run stopped on the way: that it was short or moved little
    is no news and not counted.
    """
    measured = state.measures.measured
    for name, value in measured_values(execution).items():
        baseline = measured.baseline(name)
        usual = None if baseline is None else baseline.get()
        if baseline is None or usual is None:
            continue
        deviation = usual.deviation(value)
        kind = kind_of(name, overrides)
        if not kind.matters(value, usual.median) or (deviation < 0 and execution.failed and name in _STOPPED_EARLY):
            continue
        yield Strangeness(name, kind, value, deviation, weight_of(deviation, usual.values), baseline)


def weight_of(deviation: float, values: int) -> float:
    """``z**4 / (z**4 + a**4)`` with ``a = 6 * (1 + 8 / values)``: 0.5 at ``a``, 0.06 at half of it, 0.94 at double.

    >>> round(weight_of(6.96, 50), 3), round(weight_of(3.48, 50), 3), round(weight_of(6.96, 10), 3)
    (0.5, 0.059, 0.147)
    """
    alarm = ALARM_DEVIATION * (1.0 + FEW_VALUES / values)
    power = min(abs(deviation), 1e6) ** 4
    return power / (power + alarm**4)
