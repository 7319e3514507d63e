"""`docs/history-format.md` says what the reader does."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.history import HistoryError, read_history
from cli.history.layout import CONVERTERS, REQUIRED
from cli.history.row import METRIC_PREFIX

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "history-format.md").read_text(encoding="utf-8")
EXAMPLE = DOCS / "history-example.csv"


def documented_columns() -> dict[str, bool]:
    """Each column of the table, and whether it is required."""
    rows = re.findall(r"^\| (`[^|]*?) \|", PAGE, re.MULTILINE)
    return {name: "(required)" in cell for cell in rows for name in re.findall(r"`([^`]+)`", cell)}


def test_every_column_is_documented_and_no_other():
    assert set(documented_columns()) == {*CONVERTERS, f"{METRIC_PREFIX}<name>"}
    assert {name for name, required in documented_columns().items() if required} == set(REQUIRED)


def test_the_example_on_the_page_is_the_file():
    assert f"```csv\n{EXAMPLE.read_text(encoding='utf-8')}```\n" in PAGE


def test_the_example_is_read_as_the_page_says():
    completed, counted, failed, unknown = read_history(EXAMPLE)
    assert (completed.execution_id, completed.pipeline, completed.owner) == ("nightly-40", "orders-load", "commerce")
    assert counted.metrics == {"rows_dropped": 3}
    assert completed.context == {"files_waiting": 12}
    assert (failed.status, failed.memory_mb, failed.metrics) == ("failed", 130, {})
    assert (unknown.started_at, unknown.completed_at) == (datetime(2026, 3, 2, 2, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("column", "value"), [("status", "success"), ("start_at", "2026-03-01T02:00:00Z")], ids=["a value", "a column"]
)
def test_the_errors_on_the_page_are_those_of_the_reader(tmp_path: Path, column: str, value: str):
    cells = {"execution_id": "a", "pipeline": "p", "started_at": "2026-03-01T02:00:00Z", "status": "completed"}
    if column not in cells:
        del cells["started_at"]
    cells[column] = value
    file = tmp_path / "runs.csv"
    file.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n")
    with pytest.raises(HistoryError) as caught:
        list(read_history(file))
    said = str(caught.value).removeprefix(f"{tmp_path}/").replace("line 2", "line 812")
    assert f"Error: {said}\n" in PAGE
