"""A failure as a measure: how many in a row, and how far that is from what is usual for the pipeline."""

import math

from functions.detect.measure_kinds import MeasureKind
from functions.detect.strange_measure import StrangeMeasure, weight_of
from shared.conditional_baselines import strangeness_of
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from shared.signatures import fingerprint_of

FAILURES = "failures_in_a_row"
KIND = MeasureKind("failed", "times in a row", "above")


def strange_failure(execution: Execution, state: PipelineState) -> StrangeMeasure | None:
    """The failure of this run after those before it, by `FailureEvidence`; None where it did not fail.

    In a long row it is said at the first three, and then at 4, 6, 8, 12, 16, 24 and so on: what goes on is said again,
    ever more seldom.
    """
    evidence, in_a_row = state.measures.failures, state.outcomes.streak.failures + 1
    if evidence is None or not execution.failed or not _is_said(in_a_row):
        return None
    surprise = evidence.surprise(fingerprint_of(execution.error_message))
    strangeness = strangeness_of(surprise)
    usual = max(int(evidence.tail.edge(1.0) / max(evidence.of_failure(), 0.1)), 0)
    return StrangeMeasure(
        name=FAILURES,
        kind=KIND,
        value=float(in_a_row),
        weight=weight_of(strangeness),
        strangeness=strangeness,
        deviation=math.sqrt(2.0 * surprise),
        low=0.0,
        high=float(min(usual, in_a_row - 1)),
        is_implied=False,
    )


def _is_said(in_a_row: int) -> bool:
    """1, 2, 3, 4, 6, 8, 12 and so on: powers of two, and three times those."""
    odd = in_a_row >> ((in_a_row & -in_a_row).bit_length() - 1)
    return odd in (1, 3)
