"""Write the canonical executions file as CSV, gzipped where its name ends in `.gz`."""

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cli.history.layout import CONVERTERS
from cli.history.row import METRIC_PREFIX, HistoryRow


def write_history(path: Path, rows: Iterable[HistoryRow], *, metric_names: Sequence[str] = ()) -> int:
    """Write the rows and return how many; the file appears whole or not at all. The same rows make the same bytes.

    Metrics that are not in ``metric_names`` are left out.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:
                    count = _write(io.TextIOWrapper(packed, encoding="utf-8", newline=""), rows, metric_names)
            else:
                count = _write(io.TextIOWrapper(file, encoding="utf-8", newline=""), rows, metric_names)
        temporary.replace(path)
        return count
    finally:
        temporary.unlink(missing_ok=True)


def _write(text: io.TextIOWrapper, rows: Iterable[HistoryRow], metric_names: Sequence[str]) -> int:
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*CONVERTERS, *(METRIC_PREFIX + name for name in metric_names)])
    count = 0
    for row in rows:
        values = (_cell(getattr(row, name)) for name in CONVERTERS)
        writer.writerow([*values, *(_cell(row.metrics.get(name)) for name in metric_names)])
        count += 1
    text.flush()
    text.detach()
    return count


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        case dict():
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False) if value else ""
        case _:
            return str(value)
