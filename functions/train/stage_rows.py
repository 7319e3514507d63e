"""The stages of labelled runs in arrays: one row for each stage that completed or failed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from functions.train.dataset import Dataset
from functions.train.window import WHOLE, Window
from shared.stage_features import NAMES

Row = Sequence[Any]


def stage_rows(pages: Iterable[Sequence[Row]], *, window: Window = WHOLE) -> Dataset:
    """From pages of ``stage_training_rows``: [id, started, ended, failed, duration, pipeline, features of the run,
    [[stage, failed, features of the stage], …]] each.

    A stage has the weight of its run, and the features of the run before its own; it is known when its run has ended.
    """
    return Dataset.of_weighed((_of_stages(*window.weights(page)) for page in pages), features=len(NAMES))


def _of_stages(runs: Sequence[Row], weights: Sequence[float]) -> tuple[list[Row], list[float]]:
    rows = list(_rows(runs, weights))
    return [row for row, _ in rows], [weight for _, weight in rows]


def _rows(runs: Sequence[Row], weights: Sequence[float]) -> Iterator[tuple[Row, float]]:
    for (run_id, started, ended, _, _, pipeline, features, stages), weight in zip(runs, weights, strict=True):
        for _, failed, stage_features in stages:
            yield [run_id, started, ended, failed, None, pipeline, [*features, *stage_features]], weight
