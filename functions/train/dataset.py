"""Labelled runs in arrays, in the order of their starts, read page by page."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from functions.train.quality import Array
from shared.features import FEATURES


@dataclass(frozen=True, slots=True)
class Dataset:
    """``features`` float32 [n, 49]; ``failed`` 0 or 1; ``started_at`` and ``ended_at`` in epoch seconds; ``pipeline``
    holds ids."""

    features: Array
    failed: Array
    started_at: Array
    ended_at: Array
    pipeline: Array

    def __len__(self) -> int:
        """How many runs there are."""
        return len(self.failed)

    def rows(self, kept: Array) -> "Dataset":
        """The runs of a mask or of row numbers."""
        return Dataset(
            self.features[kept], self.failed[kept], self.started_at[kept], self.ended_at[kept], self.pipeline[kept]
        )

    @classmethod
    def of_pages(cls, pages: Iterable[Sequence[Sequence[Any]]]) -> "Dataset":
        """From pages of ``training_rows``: [id, started, ended, failed, duration, pipeline, features] each.

        A page becomes float32 before the next is asked for, so that memory holds one page of JSON and not the history.
        """
        parts = [_part(page) for page in pages]
        empty = cls(
            np.empty((0, len(FEATURES)), np.float32),
            np.empty(0, np.int8),
            np.empty(0),
            np.empty(0),
            np.empty(0, object),
        )
        parts = parts or [empty]
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.failed for part in parts]),
            np.concatenate([part.started_at for part in parts]),
            np.concatenate([part.ended_at for part in parts]),
            np.concatenate([part.pipeline for part in parts]),
        )


def _part(page: Sequence[Sequence[Any]]) -> Dataset:
    return Dataset(
        features=np.array([row[6] for row in page], dtype=np.float32),
        failed=np.array([row[3] for row in page], dtype=np.int8),
        started_at=np.array([row[1] for row in page], dtype=float),
        ended_at=np.array([row[2] for row in page], dtype=float),
        # Interned: a million runs of a hundred pipelines hold a hundred ids.
        pipeline=np.array([sys.intern(row[5]) for row in page], dtype=object),
    )
