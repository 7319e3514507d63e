"""How good probabilities are: discrimination, calibration, and both by block of time and within pipelines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
CALIBRATION_BINS = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures over a test period. AUCs are NaN where only one class occurs."""

    pooled_auc: float
    mean_block_auc: float
    within_pipeline_auc: float
    brier: float
    ece: float

    def row(self) -> str:
        """The figures in the order of `HEADER`."""
        figures = (self.pooled_auc, self.mean_block_auc, self.within_pipeline_auc, self.brier, self.ece)
        return "  ".join(f"{figure:6.3f}" for figure in figures)


HEADER = "pooled   block  within   brier     ece"


def measure_quality(
    failed: Array, probability: Array, *, pipeline: Array, blocks: Sequence[tuple[int, int]]
) -> Quality:
    """Judge ``probability`` over the rows of ``blocks`` (pairs of row numbers); rows with ``failed`` < 0 are left out.

    The within-pipeline AUC is the mean over pipelines in which both outcomes occur, weighted by their runs.
    """
    rows = np.concatenate([np.arange(begin, end) for begin, end in blocks])
    rows = rows[failed[rows] >= 0]
    truth, said, names = failed[rows], probability[rows], pipeline[rows]
    by_block = [roc_auc(failed[kept], probability[kept]) for kept in _labelled(failed, blocks)]
    within = [(roc_auc(truth[names == name], said[names == name]), np.sum(names == name)) for name in np.unique(names)]
    known = [(auc, runs) for auc, runs in within if not np.isnan(auc)]
    return Quality(
        pooled_auc=roc_auc(truth, said),
        mean_block_auc=float(np.nanmean(by_block)),
        within_pipeline_auc=float(np.average([auc for auc, _ in known], weights=[runs for _, runs in known])),
        brier=float(np.mean((said - truth) ** 2)),
        ece=calibration_error(truth, said),
    )


def roc_auc(failed: Array, probability: Array) -> float:
    """The chance that a failure has a higher probability than a success (ties count half); NaN with one class only.

    >>> roc_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    positives = int(np.sum(failed == 1))
    negatives = len(failed) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    _, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(counts) - (counts - 1) / 2.0
    rank_sum = float(np.sum(middle_rank[place][failed == 1]))
    return (rank_sum - positives * (positives + 1) / 2.0) / (positives * negatives)


def calibration_error(failed: Array, probability: Array) -> float:
    """Expected calibration error over ten bins of equal width, weighted by rows.

    >>> round(calibration_error(np.array([0, 1]), np.array([0.25, 0.75])), 2)
    0.25
    """
    bins = np.minimum((probability * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [abs(failed[bins == b].mean() - probability[bins == b].mean()) * np.mean(bins == b) for b in np.unique(bins)]
    return float(np.sum(gaps))


def _labelled(failed: Array, blocks: Sequence[tuple[int, int]]) -> list[Array]:
    return [np.arange(begin, end)[failed[begin:end] >= 0] for begin, end in blocks]
