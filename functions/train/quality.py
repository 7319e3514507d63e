"""How good probabilities are: discrimination, calibration, and both by block of time and within pipelines."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
CALIBRATION_BINS = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures over a test period. None where a figure cannot be had: an AUC needs both outcomes."""

    pooled_auc: float | None
    mean_block_auc: float | None
    within_pipeline_auc: float | None
    average_precision: float | None
    brier: float
    ece: float

    def row(self) -> str:
        """The figures in the order of `HEADER`."""
        return "  ".join("     -" if figure is None else f"{figure:6.3f}" for figure in asdict(self).values())


HEADER = "pooled   block  within      AP   brier     ece"


def measure_quality(
    failed: Array, probability: Array, *, pipeline: Array, blocks: Sequence[tuple[int, int]]
) -> Quality | None:
    """Judge ``probability`` over the rows of ``blocks`` (pairs of row numbers); rows with ``failed`` < 0 are left out.

    The within-pipeline AUC is the mean over pipelines in which both outcomes occur, weighted by their runs. None where
    no row has a label.
    """
    by_block = [labelled_rows(failed, block) for block in blocks]
    if not any(map(len, by_block)):
        return None
    rows = np.concatenate(by_block)
    truth, said = failed[rows], probability[rows]
    return Quality(
        pooled_auc=roc_auc(truth, said),
        mean_block_auc=_mean([(roc_auc(failed[kept], probability[kept]), 1) for kept in by_block]),
        within_pipeline_auc=_mean(_by_pipeline(truth, said, pipeline[rows])),
        average_precision=average_precision(truth, said),
        brier=brier(truth, said),
        ece=calibration_error(truth, said),
    )


def labelled_rows(failed: Array, block: tuple[int, int]) -> Array:
    """Row numbers of a block (its first row, and the one after its last) whose ``failed`` is 0 or 1."""
    begin, end = block
    return np.arange(begin, end)[failed[begin:end] >= 0]


def brier(failed: Array, probability: Array) -> float:
    """The mean squared distance between probability and outcome (Brier 1950).

    >>> round(brier(np.array([0, 1]), np.array([0.1, 0.6])), 3)
    0.085
    """
    return float(np.mean((probability - failed) ** 2))


def roc_auc(failed: Array, probability: Array) -> float | None:
    """The chance that a failure has a higher probability than a success (ties count half); None with one class only.

    >>> roc_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    positives = int(np.sum(failed == 1))
    negatives = len(failed) - positives
    if positives == 0 or negatives == 0:
        return None
    _, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(counts) - (counts - 1) / 2.0
    rank_sum = float(np.sum(middle_rank[place][failed == 1]))
    return (rank_sum - positives * (positives + 1) / 2.0) / (positives * negatives)


def average_precision(failed: Array, probability: Array) -> float | None:
    """The area under precision over recall as steps, ties taken together; None without a failure.

    >>> round(average_precision(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 3)
    0.833
    """
    points = precision_recall(failed, probability)
    if points is None:
        return None
    recall, precision = points
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def precision_recall(failed: Array, probability: Array) -> tuple[Array, Array] | None:
    """Recall and precision at every threshold, highest threshold first; None without a failure."""
    if not np.any(failed == 1):
        return None
    chosen, found = chosen_and_found(failed, probability)
    return found / found[-1], found / chosen


def chosen_and_found(failed: Array, probability: Array) -> tuple[Array, Array]:
    """For every threshold, highest first: the rows at or above it, and the failures among them."""
    order = np.argsort(-probability, kind="stable")
    last_of_tie = np.flatnonzero(np.diff(-probability[order], append=np.inf))
    return last_of_tie + 1, np.cumsum(failed[order] == 1)[last_of_tie]


def precision_at(failed: Array, probability: Array, count: int) -> float | None:
    """The share of failures among the ``count`` highest probabilities; None without rows."""
    count = min(count, len(failed))
    if count <= 0:
        return None
    return float(np.mean(failed[np.argsort(-probability, kind="stable")[:count]] == 1))


def calibration_error(failed: Array, probability: Array) -> float:
    """Expected calibration error over ten bins of equal width, weighted by rows.

    >>> round(calibration_error(np.array([0, 1]), np.array([0.25, 0.75])), 2)
    0.25
    """
    bins = calibration_bins(probability)
    gaps = [abs(failed[bins == b].mean() - probability[bins == b].mean()) * np.mean(bins == b) for b in np.unique(bins)]
    return float(np.sum(gaps))


def calibration_bins(probability: Array) -> Array:
    """The bin of ten that each probability falls into."""
    bins: Array = np.minimum((probability * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return bins


def _by_pipeline(truth: Array, said: Array, pipeline: Array) -> list[tuple[float | None, int]]:
    order = np.argsort(pipeline, kind="stable")
    edges = np.flatnonzero(np.diff(np.unique(pipeline[order], return_inverse=True)[1])) + 1
    return [(roc_auc(truth[rows], said[rows]), len(rows)) for rows in np.split(order, edges)]


def _mean(weighted: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(figure, weight) for figure, weight in weighted if figure is not None]
    if not known:
        return None
    return float(np.average([figure for figure, _ in known], weights=[weight for _, weight in known]))
