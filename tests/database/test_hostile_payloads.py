"""Payloads of `ingest` of the wrong shape or size: refused in words, and nothing of them kept."""

import uuid
from typing import Any

import pytest

from tests.database.actors import Actor, answered


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("a string", id="a string"),
        pytest.param([], id="a list"),
        pytest.param(None, id="null"),
        pytest.param({"executions": {}}, id="an object for a list"),
        pytest.param({"executions": "all"}, id="a string for a list"),
        pytest.param({"executions": [1, "two", None]}, id="no objects in the list"),
        pytest.param({"executions": [{}]}, id="an empty run"),
        pytest.param({"stages": [{}]}, id="an empty stage"),
        pytest.param({"metrics": [{"metric_name": "x"}]}, id="a metric of nothing"),
        pytest.param({"logs": [{"message": "x", "execution_id": str(uuid.uuid4())}]}, id="a log of an unknown run"),
    ],
)
def test_a_payload_of_the_wrong_shape_is_refused_in_words(roaster: Actor, payload: Any) -> None:
    response = roaster.call("ingest", payload=payload)
    assert 400 <= response.status_code < 500, f"{response.status_code} {response.text[:300]}"
    assert response.json()["message"]
    assert roaster.rows("executions") == roaster.rows("logs") == []


def test_eleven_thousand_rows_in_one_call_are_refused_and_none_is_stored(roaster: Actor, pipeline: str) -> None:
    run = {"id": str(uuid.uuid4()), "pipeline_id": pipeline}
    metrics = [{"execution_id": run["id"], "metric_name": "drum_celsius", "metric_value": n} for n in range(11_000)]
    response = roaster.call("ingest", payload={"executions": [run], "metrics": metrics})
    assert response.is_client_error
    assert "send at most 10000 at a time" in response.json()["message"]
    assert roaster.rows("executions") == roaster.rows("metrics") == []


def test_ten_thousand_rows_in_one_call_are_stored(roaster: Actor, pipeline: str) -> None:
    run = {"id": str(uuid.uuid4()), "pipeline_id": pipeline}
    metrics = [{"execution_id": run["id"], "metric_name": f"probe {n % 7}", "metric_value": n} for n in range(10_000)]
    counts = answered(roaster.call("ingest", payload={"executions": [run], "metrics": metrics}))
    assert counts == {"executions": 1, "stages": 0, "metrics": 10_000, "logs": 0}


def test_a_bad_row_at_the_end_of_a_payload_undoes_the_beginning(roaster: Actor, pipeline: str) -> None:
    run = {"id": str(uuid.uuid4()), "pipeline_id": pipeline, "status": "completed"}
    metric = {"execution_id": run["id"], "metric_name": "drum_celsius", "metric_value": 196}
    payload = {"executions": [run], "metrics": [metric], "logs": [{"execution_id": run["id"], "level": "shout"}]}
    assert roaster.call("ingest", payload=payload).is_client_error
    assert roaster.rows("executions") == roaster.rows("metrics") == []
