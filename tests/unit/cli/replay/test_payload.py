"""What of a run is sent when."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cli.history import HistoryRow
from cli.replay.payload import PayloadBuilder, execution_id, pipeline_id
from cli.replay.timeline import timeline

WORKSPACE = UUID("5f0c8a4e-54d8-4a57-9d3c-0a0a0a0a0a0a")
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
RUN = HistoryRow(
    execution_id="nightly-1",
    pipeline="orders-load",
    owner="commerce",
    queued_at=NINE - timedelta(seconds=5),
    started_at=NINE,
    completed_at=NINE + timedelta(minutes=4),
    status="failed",
    trigger_type="besteffort",
    attempt=2,
    error_message="disk full",
    cpu_percent=71.5,
    memory_mb=900.0,
    data_volume_mb=1200.0,
    requested_cpus=4.0,
    requested_seconds=600.0,
    context={"files_waiting": 3, "batch_id": "b7"},
    metrics={"rows_dropped": 12.0},
    is_anomaly=True,
)


def payload(row: HistoryRow = RUN, ids: dict[str, str] | None = None) -> dict[str, list[dict[str, object]]]:
    return PayloadBuilder(WORKSPACE, ids or {}).build(list(timeline([row])))


def test_a_start_carries_what_was_known_before_the_run_and_nothing_else() -> None:
    assert payload()["executions"][0] == {
        "id": str(execution_id(WORKSPACE, "nightly-1")),
        "pipeline_id": pipeline_id(WORKSPACE, "orders-load"),
        "status": "running",
        "started_at": "2026-03-01T09:00:00+00:00",
        "created_at": "2026-03-01T08:59:55+00:00",
        "trigger_type": "scheduled",
        "attempt": 2,
        "metadata": {
            "files_waiting": 3,
            "batch_id": "b7",
            "requested_cpus": 4.0,
            "requested_seconds": 600.0,
            "trigger": "besteffort",
        },
    }


def test_an_end_carries_what_was_learned_and_its_metrics_come_with_it() -> None:
    sent = payload()
    end = sent["executions"][1]
    assert (end["status"], end["completed_at"], end["error_message"], end["data_volume_mb"]) == (
        "failed",
        "2026-03-01T09:04:00+00:00",
        "disk full",
        1200.0,
    )
    metrics = {metric["metric_name"]: (metric["metric_value"], metric["unit"]) for metric in sent["metrics"]}
    assert metrics == {"cpu_percent": (71.5, "percent"), "memory_mb": (900.0, "MB"), "rows_dropped": (12.0, None)}
    assert {metric["created_at"] for metric in sent["metrics"]} == {"2026-03-01T09:04:00+00:00"}
    assert len({metric["id"] for metric in sent["metrics"]}) == 3


def test_a_label_is_never_sent() -> None:
    assert json.dumps(payload()) == json.dumps(payload(replace(RUN, is_anomaly=None)))


def test_a_trigger_that_the_database_knows_is_sent_as_it_is() -> None:
    start = payload(replace(RUN, trigger_type="webhook"))["executions"][0]
    assert start["trigger_type"] == "webhook"
    assert "trigger" not in start["metadata"]  # type: ignore[operator]


def test_an_unknown_end_is_sent_as_unknown_and_is_still_an_end() -> None:
    end = payload(replace(RUN, completed_at=None, queued_at=None))["executions"][1]
    assert (end["status"], end["completed_at"]) == ("failed", None)


def test_ids_are_the_same_again_in_one_workspace_and_others_in_another() -> None:
    other = UUID(int=7)
    assert payload() == payload()
    assert execution_id(WORKSPACE, "nightly-1") != execution_id(other, "nightly-1")
    assert pipeline_id(WORKSPACE, "orders-load") != pipeline_id(other, "orders-load")


def test_a_pipeline_that_was_there_before_keeps_its_id() -> None:
    assert payload(ids={"orders-load": "its-own-id"})["executions"][0]["pipeline_id"] == "its-own-id"
