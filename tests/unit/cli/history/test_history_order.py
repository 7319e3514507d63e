"""Writing a history, and giving it out in the order of its starts."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.history import HistoryError, HistoryRow, in_start_order, read_history, write_history

MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)


def run(number: int, minute: float, **values: object) -> HistoryRow:
    started_at = MORNING + timedelta(minutes=minute)
    return HistoryRow(
        execution_id=f"run-{number}",
        pipeline="orders-load",
        owner=None,
        queued_at=None,
        started_at=started_at,
        completed_at=None,
        status="completed",
        **values,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("name", ["runs.csv", "runs.csv.gz"])
def test_what_was_written_is_read_back(tmp_path: Path, name: str) -> None:
    rows = [
        run(1, 0.5, error_message='a "quoted"\nbreak, and comma', context={"files": 3, "batch_id": "x"}, attempt=2),
        run(2, 1, cpu_percent=0.1, requested_cpus=4.0, metrics={"dropped": -1.5}, is_anomaly=False),
    ]
    assert write_history(tmp_path / "new" / name, rows, metric_names=["dropped"]) == 2
    assert list(read_history(tmp_path / "new" / name)) == rows
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("a.csv.gz", "b.csv.gz"):
        write_history(tmp_path / name, [run(1, 0)])
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    assert gzip.decompress(contents[0]).startswith(b"execution_id,pipeline,owner,")


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    write_history(path, [run(1, 0)])

    def failing() -> object:
        yield run(2, 0)
        raise HistoryError("line 3 is wrong")

    with pytest.raises(HistoryError):
        write_history(path, failing())  # type: ignore[arg-type]
    assert [row.execution_id for row in read_history(path)] == ["run-1"]
    assert list(tmp_path.iterdir()) == [path]


@given(minutes=st.lists(st.integers(0, 20), max_size=30), chunk_rows=st.integers(1, 7))
def test_rows_come_by_start_and_ties_stay_in_the_order_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, minutes: list[int], chunk_rows: int
) -> None:
    path = tmp_path_factory.mktemp("order") / "runs.csv"
    rows = [run(number, minute, metrics={"n": float(number)}) for number, minute in enumerate(minutes)]
    write_history(path, rows, metric_names=["n"])
    with in_start_order(path, chunk_rows=chunk_rows) as (count, ordered):
        assert count == len(rows)
        assert list(ordered) == sorted(rows, key=lambda row: row.started_at)


def test_a_wrong_last_line_is_found_before_the_first_row_is_given_out(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    write_history(path, [run(number, number) for number in range(1000)])
    with path.open("a") as file:
        file.write("run-x,orders-load,soon\n")
    with pytest.raises(HistoryError, match="line 1002"), in_start_order(path):
        pytest.fail("a row was given out")
