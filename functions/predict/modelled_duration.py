"""How long a run will take by the model of durations, and from that the chance that it takes longer than a limit."""

import math
from bisect import bisect_right
from collections.abc import Sequence

from functions.predict.expected_duration import MAX_TIMEOUT_PROBABILITY, ExpectedDuration
from shared.duration_quantiles import HIGH, LOW, MIDDLE, SHARES, RecentDurations
from shared.pipeline_measures import DURATION
from shared.pipeline_state import PipelineState
from shared.served_model import ServedModel


def duration_quantiles(
    model: ServedModel, vector: Sequence[float], *, state: PipelineState
) -> tuple[float, ...] | None:
    """Seconds below which the run stays with the chances `SHARES`; None below 8 durations, or where the model does not
    answer."""
    measure = None if model.reference is None else state.measures.measured.measure(DURATION)
    recent = None if measure is None else RecentDurations.of(measure.baseline)
    if recent is None:
        return None
    spreads = model.answers(vector, numbers=len(SHARES))
    return None if spreads is None else recent.moved(spreads)


def duration_of(quantiles: Sequence[float]) -> ExpectedDuration:
    """The median, and the interval in which the run ends with a chance of 80 %."""
    return ExpectedDuration(quantiles[MIDDLE], quantiles[LOW], quantiles[HIGH])


def exceeding(quantiles: Sequence[float], *, limit: float | None) -> float | None:
    """The chance that a run takes longer than ``limit`` seconds; None without a limit.

    Between two quantiles the chance is interpolated along the logarithm of the duration. Beyond the outermost it falls
    exponentially along that logarithm, as fast as between the last two: a Pareto tail. With a tenth of the runs above
    1,000 s, a twentieth above 2,000 and a hundredth above 4,000, one in 500 or so is above 8,000.

    >>> quantiles = (100.0, 200.0, 400.0, 700.0, 1000.0, 2000.0, 4000.0)
    >>> [round(exceeding(quantiles, limit=limit), 3) for limit in (50.0, 100.0, 400.0, 1414.0, 4000.0, 8000.0)]
    [0.96, 0.9, 0.5, 0.075, 0.01, 0.002]
    """
    if limit is None:
        return None
    logs, at = [math.log1p(seconds) for seconds in quantiles], math.log1p(limit)
    above = bisect_right(logs, at)
    if above == 0:
        chance = 1.0 - SHARES[0] * _fading(logs[0] - at, logs[1] - logs[0], SHARES[1] / SHARES[0])
    elif above == len(logs):
        falls = (1.0 - SHARES[-2]) / (1.0 - SHARES[-1])
        chance = (1.0 - SHARES[-1]) * _fading(at - logs[-1], logs[-1] - logs[-2], falls)
    else:
        share = (at - logs[above - 1]) / (logs[above] - logs[above - 1])
        chance = 1.0 - SHARES[above - 1] - share * (SHARES[above] - SHARES[above - 1])
    return min(chance, MAX_TIMEOUT_PROBABILITY)


def _fading(distance: float, step: float, factor: float) -> float:
    """What is left of 1 after ``distance``, where ``step`` leaves 1 / ``factor``."""
    if distance <= 0.0:
        return 1.0
    return 0.0 if step <= 0.0 else factor ** -(distance / step)
