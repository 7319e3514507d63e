"""The embedded Data API answers as the hosted one would, where it was mended to (docs/decisions/0005)."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest

from local.stack import Stack


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    """The Data API as the demo user."""
    found = stack.description
    headers = {"apikey": found.publishable_key}
    with httpx.Client(base_url=found.api_url, headers=headers, timeout=30, trust_env=False) as client:
        answer = client.post(
            "/auth/v1/token",
            params={"grant_type": "password"},
            json={"email": found.demo_email, "password": found.demo_password},
        )
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@pytest.fixture
def run(api: httpx.Client) -> dict[str, Any]:
    """A run, as it is stored."""
    pipeline = insert(api, "pipelines", name=f"house blend {uuid.uuid4().hex[:8]}")
    return insert(
        api, "executions", pipeline_id=pipeline["id"], status="running", started_at="2026-03-01T06:00:00+02:00"
    )


def post(api: httpx.Client, table: str, **columns: object) -> httpx.Response:
    return api.post(f"/rest/v1/{table}", json=columns, headers={"Prefer": "return=representation"})


def insert(api: httpx.Client, table: str, **columns: object) -> dict[str, Any]:
    answer = post(api, table, **columns)
    assert answer.is_success, answer.text
    row: dict[str, Any] = answer.json()[0]
    return row


def test_times_are_iso_8601_with_a_zone(run: dict[str, Any]):
    assert run["started_at"] == "2026-03-01T04:00:00+00:00"
    assert datetime.fromisoformat(run["created_at"]).tzinfo is not None


def test_the_times_of_a_user_are_iso_8601_too(api: httpx.Client):
    user = api.get("/auth/v1/user").json()
    assert "T" in user["created_at"]
    assert datetime.fromisoformat(user["created_at"]) < datetime.now(UTC)


def test_a_run_is_read_with_its_pipeline(api: httpx.Client, run: dict[str, Any]):
    answer = api.get("/rest/v1/executions", params={"select": "*,pipelines(name)", "id": f"eq.{run['id']}"})
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()
    assert row["pipelines"]["name"].startswith("house blend")


@pytest.mark.parametrize(
    "wrong",
    [{"status": "burnt"}, {"trigger_type": "lottery"}, {"pipeline_id": str(uuid.uuid4())}],
    ids=["no status", "no trigger", "no pipeline"],
)
def test_what_the_caller_got_wrong_is_a_4xx(api: httpx.Client, run: dict[str, Any], wrong: dict[str, object]):
    columns = {"pipeline_id": run["pipeline_id"], "status": "running", **wrong}
    answer = post(api, "executions", **columns)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["message"]


def test_a_violated_check_is_a_400(api: httpx.Client):
    answer = post(api, "pipelines", name="", config={})
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "23514"


def test_nobody_was_granted_what_no_migration_grants(stack: Stack, api: httpx.Client):
    assert api.get("/rest/v1/executions", params={"limit": 1}).is_success
    with psycopg.connect(stack.description.database_url) as database:
        granted = database.execute(
            """
            select table_name, privilege_type
            from information_schema.role_table_grants
            where
                grantee = 'anon'
                and table_schema in ('public', 'engine', 'net', 'cron')
            """
        ).fetchall()
        deletable = database.execute("select has_table_privilege('authenticated', 'public.detections', 'delete')")
        assert granted == []
        assert deletable.fetchone() == (False,)


def test_the_publishable_key_alone_reads_nothing(stack: Stack):
    found = stack.description
    answer = httpx.get(
        f"{found.api_url}/rest/v1/executions", headers={"apikey": found.publishable_key}, timeout=30, trust_env=False
    )
    assert answer.status_code in (401, 403), answer.text
