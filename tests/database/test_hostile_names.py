"""Names and filters that speak SQL, PostgREST or nothing known: they are only text."""

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
