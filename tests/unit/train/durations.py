"""Runs that take as long as their pipeline usually does, and longer at weekends."""

from dataclasses import replace

import numpy as np

from functions.train.dataset import Dataset
from shared.features import FEATURES, INDEX

SUNDAY = 1_700_000_000.0
WEEKEND = INDEX["weekend"]


def roasts(rows: int = 1200, *, weekend: float = 3.0, seed: int = 5) -> Dataset:
    """Four pipelines in turn, every ten minutes; one run in four is at the weekend and takes ``weekend`` times as long,
    one in ten fails."""
    random = np.random.default_rng(seed)
    features = random.random((rows, len(FEATURES)), dtype=np.float32)
    features[:, WEEKEND] = random.random(rows) < 0.25
    pipeline = np.arange(rows) % 4
    seconds = 60.0 * (1 + pipeline) * np.where(features[:, WEEKEND] > 0, weekend, 1.0)
    seconds = seconds * np.exp(random.normal(scale=0.1, size=rows))
    started_at = SUNDAY + 600.0 * np.arange(rows)
    failed = (random.random(rows) < 0.1).astype(np.int8)
    return Dataset(features, failed, started_at, started_at + seconds, pipeline, seconds, np.ones(rows))


def followed_by(before: Dataset, after: Dataset) -> Dataset:
    """One history after the other."""
    later = before.started_at[-1] + 600.0 - after.started_at[0]
    moved = replace(after, started_at=after.started_at + later, ended_at=after.ended_at + later)
    names = Dataset.__slots__
    return Dataset(*(np.concatenate([getattr(before, name), getattr(moved, name)]) for name in names))
