"""A history in the order in which its runs started, whatever the order of its file."""

import heapq
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from cli.history.reader import read_history
from cli.history.row import HistoryRow
from cli.history.writer import write_history

CHUNK_ROWS = 100_000


@contextmanager
def in_start_order(path: Path, *, chunk_rows: int = CHUNK_ROWS) -> Iterator[tuple[int, Iterator[HistoryRow]]]:
    """How many rows the file has, and the rows by start; runs that started together stay in the file's order.

    The whole file is read once before the first row is given out, so that a wrong value on the last line is found
    before anything is done with the first. A file that is out of order is sorted through temporary files, in the
    memory of ``chunk_rows`` rows.

    Raises:
        HistoryError: the file cannot be read.
    """
    count, is_sorted, metric_names = _survey(path)
    if is_sorted:
        yield count, read_history(path)
        return
    with tempfile.TemporaryDirectory(prefix="flexiroaster-sort-") as folder:
        yield count, _merged(path, Path(folder), chunk_rows=chunk_rows, metric_names=metric_names)


def _survey(path: Path) -> tuple[int, bool, list[str]]:
    count, is_sorted, latest = 0, True, None
    metric_names: dict[str, None] = {}
    for row in read_history(path):
        count += 1
        if latest is not None and row.started_at < latest:
            is_sorted = False
        latest = row.started_at
        metric_names.update(dict.fromkeys(row.metrics))
    return count, is_sorted, list(metric_names)


def _merged(path: Path, folder: Path, *, chunk_rows: int, metric_names: list[str]) -> Iterator[HistoryRow]:
    rows = read_history(path)
    chunks: list[Path] = []
    while chunk := list(islice(rows, chunk_rows)):
        chunk.sort(key=_started_at)
        chunks.append(folder / f"{len(chunks)}.csv")
        write_history(chunks[-1], chunk, metric_names=metric_names)
    return heapq.merge(*map(read_history, chunks), key=_started_at)


def _started_at(row: HistoryRow) -> datetime:
    return row.started_at
