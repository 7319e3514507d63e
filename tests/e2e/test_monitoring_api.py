"""The monitoring API: events go in under the caller's token, and a snapshot says how a pipeline has been doing."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from local.stack import Stack

from .conftest import Roastery

INGEST = "/api/monitoring/ingest"
NOW = datetime.now(UTC)


def run(pipeline: dict[str, Any], minutes_ago: float, **columns: Any) -> dict[str, Any]:
    began = NOW - timedelta(minutes=minutes_ago)
    return {
        "id": str(uuid.uuid4()),
        "pipeline_id": pipeline["id"],
        "status": "completed",
        "started_at": began.isoformat(),
        "created_at": began.isoformat(),
        "duration_seconds": 60.0,
        **columns,
    }


def snapshot(gateway: httpx.Client, pipeline: dict[str, Any], **query: str) -> httpx.Response:
    return gateway.get(f"/api/monitoring/{pipeline['id']}/snapshot", params=query)


def test_what_was_sent_is_in_the_snapshot(gateway: httpx.Client, roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    runs = [run(pipeline, 60 + number, duration_seconds=60.0 + number, rows_processed=100) for number in range(8)]
    failed = run(pipeline, 5, status="failed", error_message="the grinder jammed", attempt=2)
    metrics = [
        {"execution_id": one["id"], "metric_name": "memory_mb", "metric_value": 100.0 + number, "unit": "MB"}
        for number, one in enumerate(runs)
    ]
    sent = gateway.post(INGEST, json={"executions": [*runs, failed], "metrics": metrics})
    assert sent.json() == {"executions": 9, "stages": 0, "metrics": 8, "logs": 0}

    found = snapshot(gateway, pipeline, window="24h").json()
    assert found["runs"].items() >= {"total": 9, "completed": 8, "failed": 1, "retries": 1, "open": 0}.items()
    assert found["runs"]["failure_rate"] == pytest.approx(1 / 9)
    assert found["duration_seconds"]["median"] == pytest.approx(63.0)
    assert found["resources"]["memory_mb"] == {"mean": 103.5, "highest": 107.0, "unit": "MB"}
    assert found["baseline"]["rows_processed"] == {"runs": 8, "median": 100.0, "low": 100.0, "high": 100.0}
    assert found["health"] == "degraded"


def test_the_window_leaves_out_what_is_older(gateway: httpx.Client, roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    gateway.post(INGEST, json={"executions": [run(pipeline, 10), run(pipeline, 300), run(pipeline, 4000)]})
    counted = {
        window: snapshot(gateway, pipeline, window=window).json()["runs"]["total"] for window in ("1h", "1d", "7d")
    }
    assert counted == {"1h": 1, "1d": 2, "7d": 3}
    assert snapshot(gateway, pipeline, window="1m").json()["health"] == "silent"


def test_sent_twice_and_out_of_order_is_recorded_once(gateway: httpx.Client, roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    ended = run(pipeline, 10, status="failed")
    started = {**ended, "status": "running", "duration_seconds": None}
    for event in (ended, started, ended):
        assert gateway.post(INGEST, json={"executions": [event]}).status_code == 200
    assert snapshot(gateway, pipeline).json()["runs"].items() >= {"total": 1, "failed": 1}.items()


def test_a_pipeline_of_others_does_not_exist(gateway: httpx.Client, stranger: str, roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    gateway.headers["authorization"] = f"Bearer {stranger}"
    assert snapshot(gateway, pipeline).status_code == 404
    refused = gateway.post(INGEST, json={"executions": [run(pipeline, 1)]})
    assert refused.status_code in (403, 404, 422)
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "JSON"),
        (b"[]", 422, "object"),
        (b'{"runs": []}', 422, "runs"),
        (b'{"executions": {}}', 422, "executions"),
        (b'{"executions": [{"pipeline_id": "not-an-id"}]}', 422, "uuid"),
        (b'{"executions": [{"pipeline_id": "00000000-0000-4000-8000-000000000000"}]}', 422, "there is no pipeline"),
        (b"[" * 100_000, 400, "JSON"),
        (b" " * 8_000_001, 413, "bytes"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_words(
    gateway: httpx.Client, body: bytes, status: int, words: str
) -> None:
    answer = gateway.post(INGEST, content=body)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("window", ["", "yesterday", "0h", "24", "-1h", "999999d", "24h; drop table pipelines"])
def test_a_window_that_is_none_is_refused(gateway: httpx.Client, roastery: Roastery, window: str) -> None:
    answer = snapshot(gateway, roastery.pipeline(), window=window)
    assert answer.status_code == 422
    assert "window" in answer.json()["detail"]


def test_nobody_is_told_anything_without_a_token(stack: Stack, roastery: Roastery) -> None:
    path = f"{stack.description.gateway_url}/api/monitoring/{roastery.pipeline()['id']}/snapshot"
    assert httpx.get(path).status_code == 401
    assert httpx.get(path, headers={"authorization": "Bearer rubbish"}).status_code in (401, 403)


def test_paths_and_methods_that_are_not_served_say_so(gateway: httpx.Client, roastery: Roastery) -> None:
    assert gateway.get("/api/monitoring/ingest").status_code == 405
    assert gateway.get("/api/monitoring/everything").status_code == 404
