"""What detection is compared with: a z-score rule per measure, and scikit-learn's Isolation Forest."""

from collections import defaultdict, deque
from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import IsolationForest

from cli.history import HistoryRow
from functions.train.quality import Array

WINDOW, MIN_RUNS = 50, 8
LARGEST = 1e6


def rivals(rows: Sequence[HistoryRow], begin: int) -> dict[str, Array]:
    """Scores by name. Both know the runs that started before; the forest is fitted on the rows before ``begin``."""
    values, z = _values(rows), _z_scores(rows)
    table = np.nan_to_num(np.log1p(np.c_[values, np.clip(np.abs(z), 0.0, LARGEST)]))
    forest = IsolationForest(n_estimators=100, random_state=7).fit(table[:begin])
    return {
        "robust z-score rules": np.nan_to_num(np.abs(z)).max(axis=1),
        "Isolation Forest": -forest.score_samples(table),
    }


def _values(rows: Sequence[HistoryRow]) -> Array:
    """[n, 5]: seconds, processor, memory, volume, and whether it failed."""
    return np.array(
        [
            (
                (row.ended_at - row.started_at).total_seconds(),
                np.nan if row.cpu_percent is None else row.cpu_percent,
                np.nan if row.memory_mb is None else row.memory_mb,
                np.nan if row.data_volume_mb is None else row.data_volume_mb,
                float(row.status == "failed"),
            )
            for row in rows
        ]
    )


def _z_scores(rows: Sequence[HistoryRow]) -> Array:
    """[n, 5]: distance from the median of the pipeline's last 50 runs in 1.4826 median absolute deviations."""
    values = _values(rows)
    z = np.zeros_like(values)
    last: dict[str, deque[Array]] = defaultdict(lambda: deque(maxlen=WINDOW))
    for number, row in enumerate(rows):
        known = last[row.pipeline]
        if len(known) >= MIN_RUNS:
            window = np.array(known)
            median = np.nanmedian(window, axis=0)
            spread = 1.4826 * np.nanmedian(np.abs(window - median), axis=0) + 0.01 * np.abs(median) + 1e-9
            z[number] = np.nan_to_num((values[number] - median) / spread)
        known.append(values[number])
    z[:, -1] = 0.0  # a failure is no measure; the forest sees it as a value
    return np.clip(z, -LARGEST, LARGEST)
