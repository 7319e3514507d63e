"""The starts and ends of runs as one line of time, and the pieces of it that are sent together."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from cli.history import HistoryRow

MAX_ITEMS = 500
MAX_ERROR_CHARACTERS = 1_000_000


class Item(NamedTuple):
    """One moment in the life of a run."""

    at: datetime
    row: HistoryRow
    is_end: bool


def timeline(rows: Iterable[HistoryRow]) -> Iterator[Item]:
    """Every start and every end in order, from rows in the order of their starts. Holds only the runs that are running.

    At one moment starts come before ends, so that no run is told of what had not ended before it began. A run whose
    end is unknown, or lies before its start, ends in the moment of its start.
    """
    running: list[tuple[datetime, int, HistoryRow]] = []
    for number, row in enumerate(rows):
        while running and running[0][0] < row.started_at:
            at, _, ended = heapq.heappop(running)
            yield Item(at, ended, True)
        yield Item(row.started_at, row, False)
        heapq.heappush(running, (row.ended_at, number, row))
    while running:
        at, _, ended = heapq.heappop(running)
        yield Item(at, ended, True)


def grouped(
    items: Iterable[Item], *, max_items: int = MAX_ITEMS, max_span_seconds: float | None = None
) -> Iterator[list[Item]]:
    """Contiguous pieces of the line, each small enough for one request.

    A run may start and end in one piece: `ingest` takes the two rows in their order. ``max_span_seconds`` bounds the
    time of the history that lies between the first and the last item of a piece.
    """
    group: list[Item] = []
    characters = 0
    for item in items:
        error_characters = len(item.row.error_message or "") if item.is_end else 0
        if group and (
            len(group) >= max_items
            or characters + error_characters > MAX_ERROR_CHARACTERS
            or (max_span_seconds is not None and (item.at - group[0].at).total_seconds() > max_span_seconds)
        ):
            yield group
            group, characters = [], 0
        group.append(item)
        characters += error_characters
    if group:
        yield group
