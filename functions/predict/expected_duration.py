"""How long a run will take, and whether it will break its limit."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from shared.execution import Execution
from shared.pipeline_measures import DURATION
from shared.pipeline_state import PipelineState
from shared.statistics.usual import Usual
from shared.timeout import timeout_seconds

LOW_SHARE, HIGH_SHARE = 0.1, 0.9
TAIL_STRENGTH = 4.0  # runs that the normal tail weighs beside the runs counted
MAX_TIMEOUT_PROBABILITY = 0.99


class ExpectedDuration(NamedTuple):
    """Seconds: median, and the interval in which 80 % of the last successes lay."""

    seconds: float
    low_seconds: float
    high_seconds: float


def expected_duration(state: PipelineState) -> ExpectedDuration | None:
    """From the durations of the last 50 successes; None below 8 of them."""
    measure = state.measures.measured.measure(DURATION)
    usual = None if measure is None else measure.baseline.get()
    if measure is None or usual is None:
        return None
    baseline = measure.baseline
    low, high = baseline.quantile(LOW_SHARE), baseline.quantile(HIGH_SHARE)
    middle = usual.median
    return ExpectedDuration(middle, min(low or 0.0, middle), max(high or 0.0, middle))


def limit_seconds(execution: Execution, pipeline: Mapping[str, object]) -> float | None:
    """The shorter of the pipeline's timeout and the run's ``requested_seconds``; None without either."""
    limits = [timeout_seconds(pipeline), execution.metadata.get("requested_seconds")]
    return min((limit for limit in limits if limit is not None and limit > 0.0), default=None)


def timeout_probability(state: PipelineState, *, limit: float | None) -> float | None:
    """The chance that a run takes longer than ``limit`` seconds; None without a limit or below 8 durations.

    ``(exceeded + 4 * tail) / (runs + 4)``: the share of the last successes that took longer, with the tail of a
    normal distribution at the limit (on the baseline's scale) weighing four runs. With 50 runs of 10 +- 1 minutes
    and a limit of 12, none exceeded: ``4 * 0.023 / 54`` = 0.2 %.
    """
    measure = state.measures.measured.measure(DURATION)
    usual = None if measure is None else measure.baseline.get()
    if limit is None or measure is None or usual is None:
        return None
    exceeded = sum(value > limit for value in measure.baseline.values)
    share = (exceeded + TAIL_STRENGTH * _tail(usual, limit)) / (usual.values + TAIL_STRENGTH)
    return min(share, MAX_TIMEOUT_PROBABILITY)


def _tail(usual: Usual, limit: float) -> float:
    return 0.5 * math.erfc(usual.deviation(limit) / math.sqrt(2.0))
