"""How long a run may go on before it counts as stuck."""

from collections.abc import Mapping
from typing import Any

from functions.detect.quantity import say, say_range
from shared.pipeline_measures import DURATION
from shared.pipeline_state import PipelineState
from shared.timeout import timeout_seconds

USUAL_FACTOR = 3.0  # of the median
LONGEST_FACTOR = 1.5  # of the longest of the last runs
MIN_EXTRA_SECONDS = 300.0  # over the longest
TIMEOUT_FACTOR, TIMEOUT_EXTRA_SECONDS = 1.1, 60.0  # whoever enforces the timeout gets the time to do so
LOW_SHARE, HIGH_SHARE = 0.1, 0.9


def stuck_after_seconds(pipeline: Mapping[str, Any], state: PipelineState) -> float | None:
    """Seconds after which a run of the pipeline is stuck: by its own durations, or past its timeout where that is less.

    By durations: at least three times the median, half as long again as the longest of the last 50 successful runs, and
    five minutes more than that one; None while fewer than 8 are known. By a declared timeout: a tenth and a minute over
    it, also while the pipeline is learning; a timeout that half of the runs exceed is not believed.
    """
    limits = []
    timeout = timeout_seconds(pipeline)
    measure = state.measures.measured.measure(DURATION)
    usual = None if measure is None else measure.baseline.get()
    if measure is not None and usual is not None:
        longest = measure.baseline.quantile(1.0) or usual.median
        limits.append(max(USUAL_FACTOR * usual.median, LONGEST_FACTOR * longest, longest + MIN_EXTRA_SECONDS))
    if timeout is not None and (usual is None or usual.median <= timeout):
        limits.append(TIMEOUT_FACTOR * timeout + TIMEOUT_EXTRA_SECONDS)
    return min(limits, default=None)


def usual_duration(pipeline: Mapping[str, Any], state: PipelineState) -> str:
    """How long a run usually takes, in words; its timeout where that is not known; empty where neither is.

    >>> usual_duration({"timeout_seconds": 3600}, PipelineState())
    'its timeout is 1 h'
    """
    measure = state.measures.measured.measure(DURATION)
    low, high = (None, None) if measure is None else map(measure.baseline.quantile, (LOW_SHARE, HIGH_SHARE))
    if low is not None and high is not None:
        return f"usually takes {say_range(low, high, 'seconds')}"
    timeout = timeout_seconds(pipeline)
    return "" if timeout is None else f"its timeout is {say(timeout, 'seconds')}"
