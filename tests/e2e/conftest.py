import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client, ClientOptions, create_client

from local.stack import Stack
from tests.waiting import eventually


class Roastery:
    """A user's workspace on the stack: records runs as an orchestrator would, and reads what was decided."""

    def __init__(self, stack: Stack, email: str | None = None, password: str | None = None) -> None:
        """The demo user's, or that of another user."""
        self.description = stack.description
        options = ClientOptions(httpx_client=httpx.Client(timeout=60), auto_refresh_token=False, persist_session=False)
        self.client: Client = create_client(self.description.api_url, self.description.publishable_key, options=options)
        session = self.client.auth.sign_in_with_password(
            {
                "email": email or self.description.demo_email,
                "password": password or self.description.demo_password,
            }
        ).session
        assert session is not None
        self.token = session.access_token

    def pipeline(self, **columns: Any) -> dict[str, Any]:
        """A pipeline of its own for a test."""
        name = f"roast {uuid.uuid4().hex[:8]}"
        return self.client.table("pipelines").insert({"name": name, **columns}).execute().data[0]

    def run(self, pipeline: dict[str, Any], number: int = 0, **columns: Any) -> str:
        """A run that completed in a little over ten minutes, on the ``number``-th day of the year."""
        execution = {
            "id": str(uuid.uuid4()),
            "pipeline_id": pipeline["id"],
            "status": "completed",
            "started_at": f"2026-{1 + number // 28:02}-{1 + number % 28:02}T06:00:00Z",
            "duration_seconds": 600 + number * 7 % 30,
            **columns,
        }
        self.client.table("executions").insert(execution).execute()
        return execution["id"]

    def start(self, pipeline: dict[str, Any], **columns: Any) -> str:
        """A run that is running."""
        return self.run(pipeline, status="running", duration_seconds=None, **columns)

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """The rows of a table whose columns have these values."""
        query = self.client.table(table).select("*")
        for column, value in equal.items():
            query = query.eq(column, value)
        return query.execute().data

    def decided(self, table: str, execution_id: str, *, within_seconds: float = 20.0) -> dict[str, Any]:
        """The decision about a run, as soon as there is one."""
        (row,) = eventually(lambda: self.rows(table, execution_id=execution_id), within_seconds=within_seconds)
        return row


@pytest.fixture
def roastery(stack: Stack) -> Roastery:
    return Roastery(stack)


@pytest.fixture
def gateway(stack: Stack, roastery: Roastery) -> httpx.Client:
    """The functions, asked with the user's own token."""
    headers = {"authorization": f"Bearer {roastery.token}"}
    return httpx.Client(base_url=stack.description.gateway_url, timeout=30, headers=headers)


PASSWORD = "earl-grey-is-better"


def signed_up(stack: Stack) -> tuple[str, str]:
    """The e-mail address and token of somebody who has just signed up and is a member of nothing else."""
    email = f"mallory-{uuid.uuid4().hex[:8]}@tea.example"
    answer = httpx.post(
        f"{stack.description.api_url}/auth/v1/signup",
        json={"email": email, "password": PASSWORD},
        headers={"apikey": stack.description.publishable_key},
    )
    return email, answer.json()["access_token"]


@pytest.fixture
def stranger(stack: Stack) -> str:
    """The token of somebody who is a member of nothing else."""
    return signed_up(stack)[1]


@pytest.fixture
def quiet_roastery(stack: Stack) -> Roastery:
    """A workspace of its own: nothing else fails in it."""
    return Roastery(stack, signed_up(stack)[0], PASSWORD)


@pytest.fixture
def owner(stack: Stack) -> Iterator[psycopg.Connection]:
    """The owner of the database, for what no API can arrange."""
    with psycopg.connect(stack.description.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def impatient(owner: psycopg.Connection) -> Iterator[None]:
    """Leases, sweeps and backoff of a second, so that a test need not wait a minute."""
    impatience = {"lease_seconds": "1", "sweep_after_seconds": "1", "backoff_seconds": "0.1"}
    former = dict(owner.execute("select name, value from engine.settings").fetchall())
    set_all(owner, impatience)
    yield
    set_all(owner, {name: former[name] for name in impatience})


def set_all(owner: psycopg.Connection, settings: dict[str, str]) -> None:
    """Set operators' settings."""
    for name, value in settings.items():
        owner.execute("update engine.settings set value = %s where name = %s", [value, name])
