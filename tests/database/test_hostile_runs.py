"""Runs that nobody should record: stored whole, or refused with a 4xx and nothing of them kept."""

import json
import uuid
from typing import Any

import psycopg
import pytest

from tests.database.actors import Actor, answered

JSON = {"content-type": "application/json"}
GOOD = {
    "error_message": None,
    "metadata": {},
    "status": "failed",
    "duration_seconds": 600.0,
    "attempt": 1,
    "started_at": None,
    "config_version": 1,
}


def record(roaster: Actor, how: str, run: dict[str, Any]) -> None:
    """Record a run as a row of its table, or with the RPC."""
    if how == "a row":
        roaster.add("executions", **run)
    else:
        answered(roaster.call("ingest", payload={"executions": [run]}))


@pytest.mark.parametrize("how", ["a row", "ingest"])
@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"error_message": "no beans " * 600_000}, id="a message of 5 MB"),
        pytest.param({"metadata": {"roast": "x" * 1_000_000}}, id="metadata of 1 MB"),
        pytest.param({"metadata": {f"probe {n}": n for n in range(20_000)}}, id="20,000 keys"),
        pytest.param(
            {"duration_seconds": -60.0, "data_volume_mb": -1.0, "rows_processed": -1.0}, id="negative numbers"
        ),
        pytest.param({"duration_seconds": 1e308, "rows_processed": 5e-324}, id="huge and tiny numbers"),
        pytest.param({"attempt": -3}, id="a negative attempt"),
        pytest.param({"error_message": ""}, id="an empty message"),
    ],
)
def test_an_odd_run_is_stored_whole(roaster: Actor, pipeline: str, how: str, columns: dict[str, Any]) -> None:
    run = {"id": str(uuid.uuid4()), "pipeline_id": pipeline, "status": "failed"} | columns
    record(roaster, how, run)
    stored = {name: roaster.rows("executions", id=run["id"])[0][name] for name in columns}
    assert stored == columns


@pytest.mark.parametrize("how", ["a row", "ingest"])
def test_numbers_that_are_none_are_kept_as_such(
    roaster: Actor, database: psycopg.Connection, pipeline: str, how: str
) -> None:
    run = {"id": str(uuid.uuid4()), "pipeline_id": pipeline, "duration_seconds": "NaN", "rows_processed": "-Infinity"}
    record(roaster, how, run)
    query = "select duration_seconds, rows_processed from public.executions where id = %s"
    assert str(database.execute(query, [run["id"]]).fetchone()) == "(nan, -inf)"


@pytest.mark.parametrize("columns", [{"started_at": "2099-01-01T00:00:00Z"}, {"completed_at": "0001-01-01T00:00:00Z"}])
def test_a_clock_far_off_is_stored_as_it_was_sent(roaster: Actor, pipeline: str, columns: dict[str, str]) -> None:
    stored = roaster.add("executions", pipeline_id=pipeline, status="completed", **columns)
    for name, value in columns.items():
        assert stored[name].startswith(value[:19])


@pytest.mark.parametrize("how", ["a row", "ingest"])
@pytest.mark.parametrize(
    "columns",
    [
        pytest.param('"error_message": "no\\u0000beans"', id="NUL in text"),
        pytest.param('"metadata": {"note": "no\\u0000beans"}', id="NUL in JSON"),
        pytest.param('"metadata": {"note": "\\ud800"}', id="a lone high surrogate"),
        pytest.param('"metadata": {"note": "\\udc00 and on"}', id="a lone low surrogate"),
        pytest.param('"metadata": {"note": NaN}', id="NaN in JSON"),
        pytest.param('"metadata": "a string"', id="metadata that is a string"),
        pytest.param('"metadata": [1, 2]', id="metadata that is a list"),
        pytest.param('"status": "burnt"', id="an unknown status"),
        pytest.param('"duration_seconds": "ten minutes"', id="a duration in words"),
        pytest.param('"attempt": 99999999999', id="more attempts than an integer holds"),
        pytest.param('"started_at": "yesterday morning"', id="a time in words"),
        pytest.param('"config_version": {}', id="an object for a number"),
        pytest.param('"pipeline_id": "house blend"', id="a name for an id"),
        pytest.param('"pipeline_id": "7d1c5c4e-0000-4000-8000-000000000000"', id="an unknown pipeline"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_kept(
    roaster: Actor, pipeline: str, how: str, columns: str
) -> None:
    """The good run beside it in the same call is not kept either."""
    # Both have the same keys, so that a row is not refused for want of one.
    column = columns.split('"')[1]
    good = json.dumps(
        {"id": str(uuid.uuid4()), "pipeline_id": pipeline} | {column: {**GOOD, "pipeline_id": pipeline}[column]}
    )
    rest = "" if column == "pipeline_id" else f'"pipeline_id": "{pipeline}", '
    bad = f'{{"id": "{uuid.uuid4()}", {rest}{columns}}}'
    assert roaster.http.post("/rest/v1/executions", content=f"[{good}]", headers=JSON).is_success
    roaster.delete("executions", pipeline_id=pipeline)
    runs = f"[{good}, {bad}]"
    path, body = ("executions", runs) if how == "a row" else ("rpc/ingest", f'{{"payload": {{"executions": {runs}}}}}')
    response = roaster.http.post(f"/rest/v1/{path}", content=body, headers=JSON)
    assert 400 <= response.status_code < 500, response.text
    assert roaster.rows("executions") == []


def test_a_number_past_every_number_is_refused_or_unknown_and_never_another(roaster: Actor, pipeline: str) -> None:
    run = f'{{"id": "{uuid.uuid4()}", "pipeline_id": "{pipeline}", "duration_seconds": 1e400}}'
    response = roaster.http.post(
        "/rest/v1/rpc/ingest",
        content=f'{{"payload": {{"executions": [{run}]}}}}',
        headers=JSON,
    )
    assert response.is_client_error or [row["duration_seconds"] for row in roaster.rows("executions")] == [None]
