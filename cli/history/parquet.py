"""The cells of a Parquet file as text, so that one set of converters reads every kind of file."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cli.history.cells import REPLACEMENT
from cli.history.row import HistoryError

BATCH_ROWS = 8192


def parquet_cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line 1 is the header, row n of the table is line n + 1; a null is an empty cell.

    Raises:
        HistoryError: it is no Parquet file, or it is damaged.
    """
    try:
        with pq.ParquetFile(path) as file:
            yield 1, list(file.schema_arrow.names)
            line = 1
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                columns = [_texts(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    line += 1
                    yield line, list(cells)
    except pa.ArrowException as error:
        raise HistoryError(f"{path} is a Parquet file that cannot be read ({error}): write it again.") from error


def _texts(column: pa.Array) -> list[str]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type):
        return [_json(value) for value in column.to_pylist(maps_as_pydicts="lossy")]
    raw = pc.fill_null(column.cast(pa.large_string()).cast(pa.large_binary()), b"").to_pylist()
    return [text.decode("utf-8", "replace").replace("\0", REPLACEMENT) for text in raw]


def _json(value: object) -> str:
    # A struct of a table has every key in every row: those that are null were not there.
    present = {key: entry for key, entry in value.items() if entry is not None} if isinstance(value, dict) else value
    return "" if value is None else json.dumps(present, default=str)
