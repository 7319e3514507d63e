import json
import math
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from shared.execution import Execution, RowError
from tests.unit.shared.orders import MONDAY, rubbish_rows, run


@given(rubbish_rows)
def test_any_row_becomes_a_run_with_finite_bounded_storable_values(row):
    execution = Execution.from_row(row)
    numbers = [
        execution.duration_seconds,
        execution.data_volume_mb,
        execution.rows_processed,
        *execution.metadata.values(),
        *execution.metrics.values(),
        *(stage.duration_seconds for stage in execution.stages),
    ]
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert execution.attempt >= 1
    assert execution.ended_at >= execution.begun_at
    texts = [execution.error_message, execution.trigger_type, *execution.metadata, *execution.labels.values()]
    assert not any("\x00" in text for text in texts if text)
    assert all(text.encode("utf-8") is not None for text in texts if text)


@pytest.mark.parametrize("column", ["id", "workspace_id", "pipeline_id"])
def test_a_row_without_identity_is_refused_by_the_columns_name(column):
    row = {"id": "run-1", "workspace_id": "shop", "pipeline_id": "orders", "created_at": "2026-03-02T06:00:00Z"}
    with pytest.raises(RowError, match=f"has no {column}"):
        Execution.from_row({**row, column: None})


def test_a_row_without_any_time_is_refused():
    with pytest.raises(RowError, match="no readable created_at"):
        Execution.from_row({"id": "run-1", "workspace_id": "shop", "pipeline_id": "orders", "created_at": "infinity"})


@pytest.mark.parametrize(
    ("columns", "seconds"),
    [
        ({}, 600.0),
        ({"duration_seconds": 42}, 42.0),
        ({"duration_seconds": "NaN"}, 600.0),
        ({"duration_seconds": -3}, 600.0),
        ({"completed_at": None}, None),
        ({"completed_at": (MONDAY - timedelta(hours=1)).isoformat()}, None),
    ],
)
def test_a_duration_is_the_columns_or_computed_or_unknown(columns, seconds):
    assert run(**columns).duration_seconds == seconds


def test_an_end_before_the_start_counts_as_known_at_the_start():
    execution = run(completed_at=(MONDAY - timedelta(hours=1)).isoformat())
    assert execution.clock_is_skewed
    assert execution.ended_at == MONDAY


def test_a_run_that_never_started_begins_when_it_was_created():
    execution = run(started_at=None, completed_at=None)
    assert execution.begun_at == execution.ended_at == MONDAY


def test_sizes_are_bounded():
    execution = run(
        error_message="é" * 5_000_000,
        metrics={f"metric {number}": number for number in range(5000)},
        metadata={"n" * 10_000 + str(number): number for number in range(3)},
    )
    assert len(execution.error_message.encode()) <= 8192
    assert len(execution.metrics) == 200
    assert all(len(name) <= 120 for name in execution.metadata)


def test_identifiers_are_labels_and_not_magnitudes():
    execution = run(metadata={"commit_id": 12345678901, "branch": "main", "files_changed": 7})
    assert execution.metadata == {"files_changed": 7.0}
    assert execution.labels == {"commit_id": "12345678901", "branch": "main"}


def test_a_run_as_started_knows_nothing_that_came_later():
    ended = run(
        status="failed",
        error_message="disk full",
        rows_processed=5,
        data_volume_mb=3,
        metrics={"cpu_percent": 90},
        stages=[{"stage_name": "load", "status": "failed"}],
        metadata={"requested_cpus": 4},
    )
    known_before = {"id", "workspace_id", "pipeline_id", "owner_id", "created_at", "started_at", "trigger_type"}
    known_before |= {"attempt", "config_version", "metadata", "labels"}
    started, fresh = ended.as_started(), run(status="running", metadata={"requested_cpus": 4}, completed_at=None)
    assert started == fresh
    assert all(getattr(started, name) == getattr(ended, name) for name in known_before)
    assert {field.name for field in fields(Execution)} - known_before == {
        "status", "completed_at", "duration_seconds", "error_message", "data_volume_mb", "rows_processed", "metrics",
        "stages",
    }  # fmt: skip


def test_a_declared_volume_is_known_at_the_start():
    assert run(data_volume_mb=120, metadata={"data_volume_mb": 100}).as_started().data_volume_mb == 100.0


@pytest.mark.parametrize(("status", "failed"), [("failed", True), ("completed", False), ("cancelled", None)])
def test_cancelled_is_neither_success_nor_failure(status, failed):
    assert run(status=status).failed is failed


def test_numbers_that_postgres_sends_as_text_are_not_measured():
    row = json.loads('{"cpu_percent": "NaN", "memory_mb": "Infinity", "latency_ms": 3}')
    assert run(metrics=row).metrics == {"latency_ms": 3.0}


def test_times_are_read_in_utc():
    execution = run(started_at="2026-03-02T08:00:00+02:00")
    assert execution.started_at == datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_of_a_long_stack_trace_the_exception_at_its_end_is_kept() -> None:
    trace = "Traceback (most recent call last):\n" + '  File "roast.py", line 1, in roast\n' * 5000 + "BeanError: burnt"
    message = run(error_message=trace).error_message
    assert message.startswith("Traceback")
    assert message.endswith("BeanError: burnt")
    assert len(message.encode()) <= 8192
