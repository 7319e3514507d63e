"""How good predictions were."""

from collections.abc import Sequence
from dataclasses import dataclass

Judged = tuple[float, bool]
"""A predicted failure probability, and whether the run failed."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many runs were given such a probability, and which share of them failed."""

    runs: int
    failed_share: float | None


def roc_auc(judged: Sequence[Judged]) -> float | None:
    """The chance that a failed run was given a higher probability than one that completed; ties count half.

    Computed from ranks (Hanley, McNeil: The meaning and use of the area under a ROC curve, Radiology 143, 1982).
    None where nothing failed, or everything.

    >>> roc_auc([(0.9, True), (0.4, True), (0.4, False), (0.1, False)])
    0.875
    """
    failed = sum(outcome for _, outcome in judged)
    completed = len(judged) - failed
    if not failed or not completed:
        return None
    ranks_of_failed = 0.0
    ordered = sorted(judged)
    start = 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        mean_rank = (start + 1 + end) / 2
        ranks_of_failed += mean_rank * sum(outcome for _, outcome in ordered[start:end])
        start = end
    return (ranks_of_failed - failed * (failed + 1) / 2) / (failed * completed)


def share_between(judged: Sequence[Judged], low: float, high: float) -> Share:
    """The runs whose probability was at least ``low`` and below ``high``.

    >>> share_between([(0.9, True), (0.6, False), (0.1, False)], 0.5, 1.01)
    Share(runs=2, failed_share=0.5)
    """
    outcomes = [outcome for probability, outcome in judged if low <= probability < high]
    return Share(len(outcomes), sum(outcomes) / len(outcomes) if outcomes else None)
