"""Input that nobody sends on purpose, or only on purpose: stored whole, or refused with a 4xx and nothing of it kept."""

import uuid
from typing import Any

import pytest

from tests.database.actors import Actor, answered

NAMES = [
    "'; drop table public.executions; --",
    '"),id.neq.0,(name.like.*',
    "name=eq.x&select=*&or=(id.not.is.null)",
    "$1 %s {0} \\ \\\\ ' \" ` ;",
    "eq.in.(a,b)",
    "☕ قهوة 咖啡 \u202e esrever",
    "line\nbreak\tand tab",
    "../../etc/passwd\u0001",
]


@pytest.fixture
def pipeline(roaster: Actor) -> str:
    return roaster.add("pipelines", name="house blend")["id"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(roaster: Actor, name: str) -> None:
    other = roaster.add("pipelines", name="decaf")["id"]
    made = roaster.add("pipelines", name=name, tags=[name], config={name: name}, description=name)
    assert (made["name"], made["tags"], made["config"], made["description"]) == (name, [name], {name: name}, name)
    run = roaster.add("executions", pipeline_id=made["id"], error_message=name, triggered_by=name)
    metric = {"execution_id": run["id"], "metric_name": name, "metric_value": 1, "unit": name}
    answered(
        roaster.call("ingest", payload={"metrics": [metric], "logs": [{"execution_id": run["id"], "message": name}]})
    )
    assert [row["metric_name"] for row in roaster.rows("metrics", execution_id=run["id"])] == [name]
    assert [row["message"] for row in roaster.rows("logs", execution_id=run["id"])] == [name]
    assert roaster.rows("pipelines", id=other)[0]["name"] == "decaf"


@pytest.mark.parametrize("name", NAMES)
def test_a_filter_value_finds_what_it_names_and_nothing_else(roaster: Actor, name: str) -> None:
    roaster.add("pipelines", name="decaf")
    assert roaster.rows("pipelines", name=name) == []
    roaster.add("pipelines", name=name)
    assert [row["name"] for row in roaster.rows("pipelines", name=name)] == [name]


@pytest.mark.parametrize(
    "filters",
    [
        {"name": "like.*'--"},
        {"or": "(name.eq.x,workspace_id.not.is.null"},
        {"name); drop table public.logs; --": "eq.1"},
        {"select": "*,pg_sleep(10)"},
        {"select": "(select version())"},
        {"order": "name;drop table public.logs"},
        {"limit": "-1;select 1"},
        {"id": "eq.not-a-uuid"},
    ],
)
def test_a_malformed_query_leaks_and_breaks_nothing(roaster: Actor, filters: dict[str, str]) -> None:
    response = roaster.http.get("/rest/v1/pipelines", params=filters)
    assert response.status_code < 500, response.text
    assert not response.is_success or response.json() == []


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
        pytest.param({"duration_seconds": "NaN", "rows_processed": "Infinity"}, id="NaN and infinity"),
        pytest.param({"attempt": -3}, id="a negative attempt"),
        pytest.param({"error_message": ""}, id="an empty message"),
    ],
)
def test_an_odd_run_is_stored_whole(roaster: Actor, pipeline: str, how: str, columns: dict[str, Any]) -> None:
    run = {"id": str(uuid.uuid4()), "pipeline_id": pipeline, "status": "failed"} | columns
    if how == "a row":
        roaster.add("executions", **run)
    else:
        answered(roaster.call("ingest", payload={"executions": [run]}))
    stored = {name: roaster.rows("executions", id=run["id"])[0][name] for name in columns}
    assert {name: str(value) for name, value in stored.items()} == {name: str(value) for name, value in columns.items()}


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
        pytest.param('"duration_seconds": 1e400', id="a number past every number"),
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
    good = f'{{"id": "{uuid.uuid4()}", "pipeline_id": "{pipeline}", "status": "failed", "metadata": {{}}}}'
    bad = f'{{"id": "{uuid.uuid4()}", "pipeline_id": "{pipeline}", "status": "failed", {columns}}}'
    runs = f"[{good}, {bad}]"
    path, body = ("executions", runs) if how == "a row" else ("rpc/ingest", f'{{"payload": {{"executions": {runs}}}}}')
    response = roaster.http.post(f"/rest/v1/{path}", content=body, headers={"content-type": "application/json"})
    if response.is_success:
        # A number or a letter past what text can hold may be replaced on the way, but only as a whole.
        assert "surrogate" in columns or "\\ud" in columns or "1e400" in columns, f"{columns} was taken"
        assert len(roaster.rows("executions")) == 2
    else:
        assert 400 <= response.status_code < 500, response.text
        assert roaster.rows("executions") == []


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
        pytest.param({"logs": [{"message": "x"}] * 11_000}, id="11,000 rows"),
    ],
)
def test_a_payload_of_the_wrong_shape_is_refused_in_words(roaster: Actor, payload: Any) -> None:
    response = roaster.call("ingest", payload=payload)
    assert 400 <= response.status_code < 500, f"{response.status_code} {response.text[:300]}"
    assert response.json()["message"]
    assert roaster.rows("executions") == roaster.rows("logs") == []


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
