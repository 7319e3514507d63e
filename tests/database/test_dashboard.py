"""The calls of the existing FlexiRoaster dashboard, as they are, with the Supabase client."""

from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client, ClientOptions, create_client

from local.stack import Stack
from tests.database.actors import PASSWORD, Actor, person
from tests.database.roastery import Roastery


@pytest.fixture(scope="module")
def colleague(stack: Stack) -> Actor:
    return person(stack.description, "colleague")


@pytest.fixture(scope="module")
def roastery(database: psycopg.Connection, colleague: Actor) -> Roastery:
    return Roastery.of(database, colleague)


@pytest.fixture(scope="module")
def dashboard(stack: Stack, database: psycopg.Connection, colleague: Actor) -> Client:
    """Signed in with e-mail and password, like a person at the dashboard."""
    (email,) = database.execute("select email from auth.users where id = %s", [colleague.user_id]).fetchone() or ("",)
    options = ClientOptions(httpx_client=httpx.Client(timeout=60), auto_refresh_token=False, persist_session=False)
    client = create_client(stack.description.api_url, stack.description.publishable_key, options=options)
    assert client.auth.sign_in_with_password({"email": email, "password": PASSWORD}).session is not None
    return client


def stored(client: Client, table: str, key: str) -> dict[str, Any]:
    (row,) = client.table(table).select("*").eq("id", key).execute().data
    return row


@pytest.mark.parametrize("table", ["pipelines", "logs", "metrics", "alerts", "ai_insights"])
def test_it_selects_everything_of_a_table_latest_first(dashboard: Client, roastery: Roastery, table: str) -> None:
    made = roastery.arrange(table)
    rows = dashboard.table(table).select("*").order("created_at", desc=True).limit(100).execute().data
    assert made["id"] in {row["id"] for row in rows}
    assert {row["workspace_id"] for row in rows} == {roastery.workspace_id}


def test_it_selects_executions_with_the_names_of_their_pipelines(dashboard: Client, roastery: Roastery) -> None:
    rows = dashboard.table("executions").select("*, pipelines(name)").order("created_at", desc=True).execute().data
    name = stored(dashboard, "pipelines", roastery.pipeline_id)["name"]
    assert {row["pipelines"]["name"] for row in rows if row["pipeline_id"] == roastery.pipeline_id} == {name}


def test_it_inserts_a_pipeline_and_an_execution(dashboard: Client, colleague: Actor) -> None:
    pipeline = {
        "name": "espresso blend",
        "description": "dark",
        "config": {"stages": [{"name": "roast"}], "retries": 2},
        "owner_id": colleague.user_id,
        "is_active": True,
        "version": 1,
    }
    made = dashboard.table("pipelines").insert(pipeline).execute().data[0]
    assert made.items() >= (pipeline | {"workspace_id": colleague.workspace_id}).items()
    run = {"pipeline_id": made["id"], "status": "pending", "triggered_by": colleague.user_id}
    assert dashboard.table("executions").insert(run).execute().data[0].items() >= run.items()


@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
def test_it_acknowledges_and_resolves_an_alert(
    dashboard: Client, roastery: Roastery, colleague: Actor, status: str
) -> None:
    alert, now = roastery.arrange("alerts")["id"], datetime.now(UTC).isoformat()
    change = {"status": status, f"{status}_by": colleague.user_id, f"{status}_at": now}
    dashboard.table("alerts").update(change).eq("id", alert).execute()
    row = stored(dashboard, "alerts", alert)
    assert (row["status"], row[f"{status}_by"]) == (status, colleague.user_id)
    assert datetime.fromisoformat(row[f"{status}_at"]) == datetime.fromisoformat(now)


def test_it_dismisses_an_insight(dashboard: Client, roastery: Roastery) -> None:
    insight = roastery.arrange("ai_insights")["id"]
    dashboard.table("ai_insights").update({"is_dismissed": True}).eq("id", insight).execute()
    assert stored(dashboard, "ai_insights", insight)["is_dismissed"] is True
