"""Runs whose features were recorded by other code: walked again as they happened, with the features of this code."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from shared.execution import Execution, RowError
from shared.replay import Replay, ReplayedStart

Page = Sequence[Sequence[Any]]
PAGE_ROWS = 5000


def replayed_pages(pages: Iterable[Page]) -> Iterator[list[list[Any]]]:
    """Pages of ``history_rows`` ([id, started, run]) as pages of ``training_rows`` ([id, started, ended, failed,
    duration, pipeline, features]), labelled runs only.

    Every run is scored before it is learned, and known once it ended (`shared.replay.Replay`): what is learned from is
    what would have been served. Memory holds one page, the runs under way and one state per pipeline.
    """
    page: list[list[Any]] = []
    for start in Replay().walk(_executions(pages)):
        if start.execution.failed is not None:
            page.append(_row(start))
        if len(page) == PAGE_ROWS:
            yield page
            page = []
    if page:
        yield page


def _executions(pages: Iterable[Page]) -> Iterator[Execution]:
    for page in pages:
        for _, _, row in page:
            try:
                yield Execution.from_row(row)
            except RowError:
                # `predict` could not read it either: it was never served.
                continue


def _row(start: ReplayedStart) -> list[Any]:
    execution = start.execution
    return [
        execution.id,
        execution.begun_at.timestamp(),
        execution.ended_at.timestamp(),
        int(bool(execution.failed)),
        execution.duration_seconds,
        execution.pipeline_id,
        start.vector,
    ]
