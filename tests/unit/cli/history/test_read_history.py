"""The canonical executions file: what is read, what is refused, and with which words."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.history import HistoryError, HistoryRow, read_history

HEADER = "execution_id,pipeline,started_at,status"
RUN = "nightly-1,orders-load,2026-03-01T02:00:00Z,completed"
EVERYTHING = {
    "execution_id": "nightly-2",
    "pipeline": "orders-load",
    "owner": "commerce",
    "queued_at": "2026-03-01T01:59:58Z",
    "started_at": "2026-03-01T02:00:00.250Z",
    "completed_at": "2026-03-01T04:05:00+02:00",
    "status": "failed",
    "trigger_type": "scheduled",
    "attempt": "2",
    "error_message": "disk full",
    "cpu_percent": "71.5",
    "memory_mb": "900",
    "data_volume_mb": "1200.25",
    "requested_cpus": "4",
    "requested_seconds": "600",
    "context": '{"files_waiting": 3, "batch_id": 17, "team": "core", "urgent": true, "gone": null, "odd": NaN}',
    "metric.rows_dropped": "12",
    "is_anomaly": "TRUE",
}


def write(path: Path, *lines: str, end: str = "\n") -> Path:
    path.write_bytes(end.join(lines).encode())
    return path


def table(path: Path, values: dict[str, str]) -> Path:
    cells = ('"' + value.replace('"', '""') + '"' for value in values.values())
    return write(path, ",".join(values), ",".join(cells))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "runs.csv"


def test_a_row_with_every_column_becomes_typed_values(file: Path) -> None:
    assert list(read_history(table(file, EVERYTHING))) == [
        HistoryRow(
            execution_id="nightly-2",
            pipeline="orders-load",
            owner="commerce",
            queued_at=datetime(2026, 3, 1, 1, 59, 58, tzinfo=UTC),
            started_at=datetime(2026, 3, 1, 2, 0, 0, 250_000, tzinfo=UTC),
            completed_at=datetime(2026, 3, 1, 2, 5, tzinfo=UTC),
            status="failed",
            trigger_type="scheduled",
            attempt=2,
            error_message="disk full",
            cpu_percent=71.5,
            memory_mb=900.0,
            data_volume_mb=1200.25,
            requested_cpus=4.0,
            requested_seconds=600.0,
            context={"files_waiting": 3, "batch_id": 17, "team": "core", "urgent": 1},
            metrics={"rows_dropped": 12.0},
            is_anomaly=True,
        )
    ]


def test_four_columns_are_enough_and_all_others_are_unknown(file: Path) -> None:
    (row,) = read_history(write(file, HEADER, RUN))
    assert (row.owner, row.completed_at, row.attempt, row.context, row.metrics) == (None, None, 1, {}, {})
    assert row.ended_at == row.started_at


@pytest.mark.parametrize("name", list(EVERYTHING))
def test_an_empty_cell_is_an_error_only_where_a_value_is_required(file: Path, name: str) -> None:
    path = table(file, {**EVERYTHING, name: ""})
    if name in HEADER.split(","):
        with pytest.raises(HistoryError, match=f"line 2, column {name}: ''"):
            list(read_history(path))
    else:
        assert len(list(read_history(path))) == 1


def test_an_empty_cell_of_spaces_is_empty(file: Path) -> None:
    optional = [name for name in EVERYTHING if name not in HEADER.split(",")]
    (row,) = read_history(table(file, {**EVERYTHING, **dict.fromkeys(optional, " ")}))
    assert (row.completed_at, row.attempt, row.cpu_percent, row.context, row.is_anomaly) == (None, 1, None, {}, None)


@pytest.mark.parametrize("value", ["NaN", "inf", "-inf", "-3", "1e999"])
def test_a_measure_that_is_no_magnitude_becomes_unknown(file: Path, value: str) -> None:
    (row,) = read_history(table(file, {**EVERYTHING, "memory_mb": value}))
    assert row.memory_mb is None


def test_a_further_metric_may_be_negative_but_not_infinite(file: Path) -> None:
    path = write(file, HEADER + ",metric.profit,metric.ratio", RUN + ",-3,inf")
    assert next(read_history(path)).metrics == {"profit": -3.0}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-01T02:00:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("2026-03-01 02:00:00.5+00:00", datetime(2026, 3, 1, 2, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01T03:00:00+0100", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        (" 2026-03-01T02:00:00Z ", datetime(2026, 3, 1, 2, tzinfo=UTC)),
    ],
)
def test_times_are_read_with_z_offset_or_none(file: Path, written: str, meant: datetime) -> None:
    assert next(read_history(table(file, {**EVERYTHING, "started_at": written}))).started_at == meant


def test_an_end_before_the_start_is_kept_and_ends_at_the_start(file: Path) -> None:
    (row,) = read_history(table(file, {**EVERYTHING, "completed_at": "2026-02-28T00:00:00Z"}))
    assert row.completed_at == datetime(2026, 2, 28, tzinfo=UTC)
    assert row.ended_at == row.started_at


def test_a_byte_order_mark_crlf_blank_lines_and_quoted_line_breaks_are_tolerated(file: Path) -> None:
    file.write_bytes(
        b"\xef\xbb\xbf" + HEADER.encode() + b",error_message\r\n\r\n" + RUN.encode() + b',"first\r\nsecond"\r\n\r\n'
    )
    (row,) = read_history(file)
    assert (row.execution_id, row.error_message) == ("nightly-1", "first\r\nsecond")


def test_nul_and_broken_utf8_and_lone_surrogates_become_the_replacement_character(file: Path) -> None:
    run = b'nightly\x001,orders-\xed\xa0\x80load,2026-03-01T02:00:00Z,completed,"{""team"":""\\u0000\\ud800""}"'
    file.write_bytes(HEADER.encode() + b",context\n" + run)
    (row,) = read_history(file)
    assert row.execution_id == "nightly\ufffd1"
    assert row.pipeline == "orders-\ufffd\ufffd\ufffdload"
    assert row.context == {"team": "\ufffd\ufffd"}


def test_an_error_message_of_five_megabytes_is_read(file: Path) -> None:
    (row,) = read_history(write(file, HEADER + ",error_message", RUN + "," + "x" * 5_000_000))
    assert len(row.error_message or "") == 5_000_000


def test_gzip_is_known_by_its_content_not_by_its_name(file: Path) -> None:
    file.write_bytes(gzip.compress(f"{HEADER}\n{RUN}\n".encode()))
    assert len(list(read_history(file))) == 1


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("execution_id,pipeline,start_at,status", "line 1: there is no column 'start_at'.*did you mean 'started_at'"),
        ("execution_id,pipeline,started_at", "line 1: column 'status' is missing"),
        (HEADER + ",status", "line 1: column 'status' is there twice"),
        (HEADER + ",zebra", r"line 1: there is no column 'zebra'.*metric\.<name>"),
        (HEADER + ",metric.", r"line 1: there is no column 'metric\.'"),
        (HEADER.replace(",", ";"), "line 1: the columns are separated by semicolons"),
        (HEADER.replace(",", "\t"), "line 1: the columns are separated by tabs"),
    ],
)
def test_a_wrong_header_is_refused_with_the_fix(file: Path, header: str, problem: str) -> None:
    with pytest.raises(HistoryError, match=problem):
        list(read_history(write(file, header, RUN)))


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("started_at", "yesterday", "'yesterday' is no ISO 8601 time: write it like 2014-05-23T08:10:37Z"),
        ("queued_at", "1400749079", "'1400749079' is no ISO 8601 time"),
        ("completed_at", "0001-01-01T00:00:00+14:00", "is out of range"),
        ("status", "success", "did you mean 'completed'"),
        ("status", "complted", "did you mean 'completed'"),
        ("status", "running", "a history holds runs that are over"),
        ("cpu_percent", "71,5", "'71,5' is no number"),
        ("metric.rows_dropped", "many", "'many' is no number"),
        ("attempt", "1.5", "'1.5' is no whole number"),
        ("attempt", "inf", "'inf' is no whole number"),
        ("is_anomaly", "maybe", "'maybe' is neither true nor false"),
        ("context", "{", "is no JSON"),
        ("context", "[1]", "is no JSON object"),
        ("context", '{"a": [1]}', "holds 'a', which is neither a number nor a text"),
        ("context", "[" * 100_000, "is no JSON"),
        ("pipeline", "p" * 501, "has 501 characters: shorten the name to 500"),
    ],
)
def test_a_wrong_value_is_refused_with_line_column_value_and_fix(
    file: Path, column: str, value: str, problem: str
) -> None:
    with pytest.raises(HistoryError) as refusal:
        list(read_history(table(file, {**EVERYTHING, column: value})))
    message = str(refusal.value)
    assert f"{file}, line 2, column {column}: " in message
    assert problem in message
    assert len(message) < 400


def test_the_line_is_the_one_where_the_row_begins_whatever_was_read_before(file: Path) -> None:
    first = RUN + ',"first\nsecond"'
    good = [RUN.replace("nightly-1", f"nightly-{number}") + "," for number in range(2, 700)]
    path = write(file, HEADER + ",error_message", first, *good, "nightly-x,orders-load,soon,completed,", *good)
    rows: list[HistoryRow] = []
    with pytest.raises(HistoryError, match="line 702, column started_at: 'soon'"):
        rows.extend(read_history(path))
    assert len(rows) == 699


@pytest.mark.parametrize("cells", ["a,b,c", "a,b,2026-03-01T02:00:00Z,completed,too many"])
def test_a_row_with_another_number_of_cells_is_refused(file: Path, cells: str) -> None:
    with pytest.raises(HistoryError, match=r"line 3 has \d cells where the header has 4"):
        list(read_history(write(file, HEADER, RUN, cells)))


def test_an_execution_that_comes_twice_is_refused_with_both_lines(file: Path) -> None:
    others = [RUN.replace("nightly-1", f"hourly-{number}") for number in range(500)]
    with pytest.raises(HistoryError, match=r"line 503, column execution_id: 'nightly-1' is on line 2 already"):
        list(read_history(write(file, HEADER, RUN, *others, RUN)))


def test_two_executions_whose_names_have_one_hash_are_two(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.history.reader.hash", lambda _: 7, raising=False)
    assert len(list(read_history(write(file, HEADER, RUN, RUN.replace("nightly-1", "nightly-2"))))) == 2
    with pytest.raises(HistoryError, match="is on line 2 already"):
        list(read_history(write(file, HEADER, RUN, RUN)))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "line 1: the file is empty"),
        ((HEADER + "\n" + RUN).encode("utf-16"), "save it as UTF-8"),
        (f'{HEADER}\n{RUN}\n"open'.encode(), "line 3: .*close every quoted cell"),
        (gzip.compress(f"{HEADER}\n{RUN}\n".encode())[:-12], "the gzip data is damaged"),
        (b"PAR1 and nothing", "a Parquet file that cannot be read"),
    ],
)
def test_a_damaged_file_is_refused_with_what_to_do(file: Path, content: bytes, problem: str) -> None:
    file.write_bytes(content)
    with pytest.raises(HistoryError, match=problem):
        list(read_history(file))


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"nowhere\.csv cannot be read"):
        list(read_history(tmp_path / "nowhere.csv"))


def test_parquet_of_texts_reads_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "runs.parquet"
    pq.write_table(pa.table({name: [value] for name, value in EVERYTHING.items()}), path)
    assert list(read_history(path)) == list(read_history(table(tmp_path / "runs.csv", EVERYTHING)))


def test_parquet_with_types_reads_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "runs.parquet"
    at = datetime(2026, 3, 1, 2, tzinfo=UTC)
    columns = {
        "execution_id": pa.array(["nightly-1", "nightly-2"]).dictionary_encode(),
        "pipeline": ["orders-load", "orders\0load"],
        "started_at": pa.array([at, at], pa.timestamp("ns", "UTC")),
        "queued_at": pa.array([at.replace(tzinfo=None), None], pa.timestamp("ms")),
        "completed_at": pa.array([None, at], pa.timestamp("us", "UTC")),
        "status": ["completed", "failed"],
        "attempt": pa.array([1, None], pa.int64()),
        "memory_mb": [float("nan"), 12.5],
        "is_anomaly": [True, None],
        "context": pa.array([{"files": 3, "depth": None}, None]),
    }
    pq.write_table(pa.table(columns), path)
    first, second = read_history(path)
    assert (first.started_at, first.queued_at, first.completed_at) == (at, at, None)
    assert (first.memory_mb, second.memory_mb) == (None, 12.5)
    assert (first.context, second.context) == ({"files": 3}, {})
    assert (first.is_anomaly, second.is_anomaly, second.attempt) == (True, None, 1)
    assert (second.pipeline, second.completed_at) == ("orders\ufffdload", at)


def test_a_wrong_value_in_parquet_is_refused_with_its_row_counted_from_the_header(tmp_path: Path) -> None:
    path = tmp_path / "runs.parquet"
    columns = {name: [value, value] for name, value in EVERYTHING.items()}
    pq.write_table(pa.table({**columns, "execution_id": ["a", "b"], "status": ["failed", "lost"]}), path)
    with pytest.raises(HistoryError, match="line 3, column status: 'lost'"):
        list(read_history(path))


def test_json_written_by_others_is_read_with_its_spaces(file: Path) -> None:
    spaced = json.dumps({"files": 3}, indent=2)
    assert next(read_history(table(file, {**EVERYTHING, "context": f"  {spaced}\n"}))).context == {"files": 3}
