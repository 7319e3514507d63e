"""Labelled runs in arrays, in the order of their starts, read page by page."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from functions.train.quality import Array
from functions.train.window import WHOLE, Window
from shared.features import FEATURES

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Dataset:
    """``features`` float32 [n, 49]; ``failed`` 0 or 1; ``started_at`` and ``ended_at`` in epoch seconds; ``pipeline``
    holds ids; ``duration_seconds`` is NaN where it was not measured; ``weight`` is 1, and more for the runs that stand
    for others."""

    features: Array
    failed: Array
    started_at: Array
    ended_at: Array
    pipeline: Array
    duration_seconds: Array
    weight: Array

    def __len__(self) -> int:
        """How many runs there are."""
        return len(self.failed)

    def rows(self, kept: Array) -> "Dataset":
        """The runs of a mask or of row numbers."""
        return Dataset(*(getattr(self, field.name)[kept] for field in fields(self)))

    @classmethod
    def of_pages(cls, pages: Iterable[Sequence[Row]], *, window: Window = WHOLE) -> "Dataset":
        """From pages of ``training_rows``: [id, started, ended, failed, duration, pipeline, features] each.

        A page becomes float32 before the next is asked for, so that memory holds one page of JSON and not the history.
        """
        return cls.of_weighed((window.weights(page) for page in pages), features=len(FEATURES))

    @classmethod
    def of_weighed(cls, pages: Iterable[tuple[Sequence[Row], Sequence[float]]], *, features: int) -> "Dataset":
        """From rows as above with so many ``features``, and the weight of each, a page at a time."""
        parts = [_part(rows, weights, features) for rows, weights in pages] or [_part([], [], features)]
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def _part(rows: Sequence[Row], weights: Sequence[float], features: int) -> Dataset:
    return Dataset(
        features=np.array([row[6] for row in rows], dtype=np.float32).reshape(len(rows), features),
        failed=np.array([row[3] for row in rows], dtype=np.int8),
        started_at=np.array([row[1] for row in rows], dtype=float),
        ended_at=np.array([row[2] for row in rows], dtype=float),
        # Interned: a million runs of a hundred pipelines hold a hundred ids.
        pipeline=np.array([sys.intern(row[5]) for row in rows], dtype=object),
        # None becomes NaN.
        duration_seconds=np.array([row[4] for row in rows], dtype=float),
        weight=np.array(weights, dtype=float),
    )
