"""How strange a run's measures are together, beside the pipeline's ordinary runs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.detect.measure_kinds import kind_of
from shared.execution import Execution
from shared.pipeline_measures import measured_values
from shared.pipeline_state import PipelineState
from shared.pipeline_strangeness import keyed
from shared.run_features import STOPPED_EARLY

if TYPE_CHECKING:
    from shared.statistics.column_scale import LeastChange

MIN_ROWS, MIN_MEASURES = 50, 3
FEW_ROWS = 8.0  # n rows ask for (1 + 8 / n) times the distance
MOST_NAMED = 3
NAMED_SHARE = 0.1


class Together(NamedTuple):
    """How strange (an alarm begins at 1), of how many measures, and which make most of it, the first one first."""

    strangeness: float
    measures: int
    names: tuple[str, ...] = ()


def together(execution: Execution, state: PipelineState) -> Together | None:
    """None below 50 ordinary runs, or below three measures: then each is compared on its own.

    A run that did not complete stopped on the way: what it had not reached yet is left out.
    """
    near = state.strangeness.neighbourhood
    if near is None or len(near.sample.rows) < MIN_ROWS:
        return None
    measures = near.columns_compared()
    if measures < MIN_MEASURES:
        return None
    values = measured_values(execution)
    if execution.failed is not False:
        values = {name: value for name, value in values.items() if not _is_short(name, value, state)}
    rows = keyed(values)
    strangeness = (near.get(rows) or 0.0) / (1.0 + FEW_ROWS / len(near.sample.rows))
    if strangeness < 1.0:
        return Together(strangeness, measures)
    names = [name for name, share in near.shares(rows).items() if share >= NAMED_SHARE]
    return Together(strangeness, measures, tuple(names[:MOST_NAMED]))


def _is_short(name: str, value: float, state: PipelineState) -> bool:
    usual = state.measures.measured.get(name)
    return name in STOPPED_EARLY and (usual is None or value < usual.median)


def least_change(overrides: Mapping[str, Any]) -> "LeastChange":
    """From a measure's name and usual value: the least change below and above that matters; infinite: none does."""

    def of(name: str, usual: float) -> tuple[float, float]:
        kind = kind_of(name, overrides)
        share = kind.min_change_percent / 100.0
        above = max(kind.min_change, share * abs(usual))
        # Half is as far as double.
        below = max(kind.min_change, share / (1.0 + share) * usual) if usual > 0.0 else above
        off = float("inf")
        return off if kind.side in ("above", "off") else below, off if kind.side in ("below", "off") else above

    return of
