"""Successful runs beside what their pipelines' last durations said when they started."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from functions.train.dataset import Dataset
from functions.train.quality import Array
from shared.duration_quantiles import SHARES, RecentDurations
from shared.statistics.robust_baseline import RobustBaseline


@dataclass(frozen=True, slots=True)
class DurationRows:
    """One entry per success whose pipeline had eight durations. ``log_seconds``: log1p of its duration; ``recent``
    [n, 7] and ``spread`` [n]: `RecentDurations` as `predict` knew them; ``features`` float32 [n, 49]; ``pipeline``,
    ``started_at``, ``ended_at`` and ``weight`` as in `Dataset`."""

    features: Array
    log_seconds: Array
    recent: Array
    spread: Array
    started_at: Array
    ended_at: Array
    pipeline: Array
    weight: Array

    def __len__(self) -> int:
        """How many runs there are."""
        return len(self.log_seconds)

    @property
    def spreads(self) -> Array:
        """What is learned, [n, 7]: how many spreads each run ended beyond each of its pipeline's recent quantiles."""
        beyond: Array = (self.log_seconds[:, None] - self.recent) / self.spread[:, None]
        return beyond

    def moved(self, spreads: Array) -> Array:
        """log1p of seconds, [n, 7]: the recent quantiles moved by so many spreads and in order, as they are served."""
        logs: Array = np.sort(self.recent + self.spread[:, None] * spreads, axis=1)
        return np.maximum(logs, 0.0)

    def rows(self, kept: Array) -> "DurationRows":
        """The runs of a mask or of row numbers."""
        return DurationRows(*(getattr(self, field.name)[kept] for field in fields(self)))

    def apart(self, later_share: float) -> tuple["DurationRows", "DurationRows"]:
        """Those that ended before the latest ``later_share`` started, and that share."""
        if len(self) == 0:
            return self, self
        cut = self.started_at[int(len(self) * (1.0 - later_share))]
        return self.rows(self.ended_at < cut), self.rows(self.started_at >= cut)

    @classmethod
    def of(cls, data: Dataset) -> "DurationRows":
        """From labelled runs in the order of their starts."""
        measured = (data.failed == 0) & (data.duration_seconds >= 0.0)
        known = [(row, recent) for row, recent in _recent(data, measured) if measured[row] and recent is not None]
        rows = np.array([row for row, _ in known], dtype=int)
        return cls(
            features=data.features[rows],
            log_seconds=np.log1p(data.duration_seconds[rows]),
            recent=np.array([recent.log_seconds for _, recent in known]).reshape(len(known), len(SHARES)),
            spread=np.array([recent.spread for _, recent in known]),
            started_at=data.started_at[rows],
            ended_at=data.ended_at[rows],
            pipeline=data.pipeline[rows],
            weight=data.weight[rows],
        )


def _recent(data: Dataset, measured: Array) -> Iterator[tuple[int, RecentDurations | None]]:
    """For every run what was known at its start: a duration is known once its run has ended, as in `shared.replay`."""
    baselines: dict[object, RobustBaseline] = {}
    said: dict[object, RecentDurations | None] = {}
    under_way: list[tuple[float, int]] = []
    for row in range(len(data)):
        while under_way and under_way[0][0] < data.started_at[row]:
            ended = heapq.heappop(under_way)[1]
            pipeline = data.pipeline[ended]
            baselines.setdefault(pipeline, RobustBaseline()).update(float(data.duration_seconds[ended]))
            said.pop(pipeline, None)
        pipeline = data.pipeline[row]
        if pipeline not in said:
            said[pipeline] = RecentDurations.of(baselines[pipeline]) if pipeline in baselines else None
        yield row, said[pipeline]
        if measured[row]:
            heapq.heappush(under_way, (data.ended_at[row], row))
