"""Read the canonical executions file as a stream: CSV, gzipped CSV or Parquet, in bounded memory."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from cli.history.cells import REPLACEMENT
from cli.history.layout import Layout, NumberedCells
from cli.history.row import HistoryError, HistoryRow

GZIP_MAGIC, PARQUET_MAGIC = b"\x1f\x8b", b"PAR1"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
MAX_CELL_CHARACTERS = 64 * 2**20  # an error message of 5 MB is real; a quote that never closes is found before 64 MB

CHUNK_ROWS = 256


def read_history(path: Path) -> Iterator[HistoryRow]:
    """The rows of a history in the order of the file. The line of the header is 1.

    Held in memory: 256 rows, and eight bytes of hash per row to find an execution_id that comes twice.

    Raises:
        HistoryError: the file, a column or a value cannot be read; the message says where and what to change.
    """
    seen: set[int] = set()
    known = 0
    for line, row in _rows(path):
        seen.add(hash(row.execution_id))
        known += 1
        if len(seen) < known:
            _refuse_double(path, row.execution_id, line)
            known -= 1  # two ids with one hash: as good as never, and no error
        yield row


def _rows(path: Path) -> Iterator[tuple[int, HistoryRow]]:
    numbered = _numbered_cells(path)
    header = next(numbered, None)
    if header is None:
        raise HistoryError(f"{path}, line 1: the file is empty: the first line names the columns.")
    layout = Layout.of_header(path, header[1])
    lines = ((line, texts) for line, texts in numbered if texts)
    while chunk := list(islice(lines, CHUNK_ROWS)):
        yield from zip((line for line, _ in chunk), layout.rows(chunk), strict=True)


def _refuse_double(path: Path, execution_id: str, line: int) -> None:
    for earlier, row in _rows(path):
        if earlier >= line:
            return
        if row.execution_id == execution_id:
            raise HistoryError(
                f"{path}, line {line}, column execution_id: {execution_id[:60]!r} is on line {earlier} already: "
                "every run needs an id of its own."
            )


def _numbered_cells(path: Path) -> Iterator[NumberedCells]:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
            file.seek(0)
            if magic == PARQUET_MAGIC:
                from cli.history.parquet import parquet_cells  # pyarrow costs 0.2 s; a CSV file does without it

                yield from parquet_cells(path)
            elif magic[:2] in UTF16_MARKS:
                raise HistoryError(f"{path}, line 1: the file is UTF-16: save it as UTF-8.")
            else:
                yield from _csv_cells(path, file, gzipped=magic[:2] == GZIP_MAGIC)
    except OSError as error:
        raise HistoryError(f"{path} cannot be read ({error.strerror or error}).") from error


def _csv_cells(path: Path, file: IO[bytes], *, gzipped: bool) -> Iterator[NumberedCells]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    binary: IO[bytes] = io.BufferedReader(gzip.GzipFile(fileobj=file)) if gzipped else file
    text = io.TextIOWrapper(binary, encoding="utf-8-sig", errors="replace", newline="")
    reader = csv.reader(_without_nul(text), strict=True)
    line = 1
    try:
        for texts in reader:
            yield line, texts
            line = reader.line_num + 1
    except csv.Error as error:
        raise HistoryError(
            f"{path}, line {line}: {error}: double a quote inside a quoted cell, and close every quoted cell."
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise HistoryError(f"{path}, line {line}: the gzip data is damaged ({error}): fetch the file again.") from error


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.replace("\0", REPLACEMENT) if "\0" in line else line
