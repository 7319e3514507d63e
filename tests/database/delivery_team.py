"""A lighthouse team's workspace, fresh for each test, so that what a test counts is its own."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
from psycopg.types.json import Jsonb

from local.description import StackDescription
from tests.database.delivery_actors import Caller, Engine, Row

BECOME = "select set_config('request.jwt.claims', %s::text, false), set_config('role', 'authenticated', false)"


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Team:
    """The owner's personal workspace with one pipeline, and the engines that work for it."""

    description: StackDescription
    http: httpx.Client
    owner: Caller
    workspace_id: str
    pipeline_id: str = field(default_factory=new_id)

    @classmethod
    def gathered(cls, description: StackDescription, http: httpx.Client) -> "Team":
        owner = Caller.signed_up(http, f"olive.{new_id()}@lighthouse.example")
        (workspace,) = owner.rows("workspaces")
        team = cls(description, http, owner, workspace["id"])
        owner.insert("pipelines", {"id": team.pipeline_id, "name": "nightly_load"})
        return team

    def engine(self, name: str) -> Engine:
        return Engine(self.http, name, jwt_secret=self.description.jwt_secret, workspace_id=self.workspace_id)

    def member(self, role: str) -> Caller:
        """A colleague with a role."""
        colleague = Caller.signed_up(self.http, f"{role}.{new_id()}@lighthouse.example")
        self.owner.insert(
            "workspace_members", {"workspace_id": self.workspace_id, "user_id": colleague.user_id, "role": role}
        )
        return colleague

    def pipeline(self, name: str) -> str:
        """A further pipeline."""
        row = {"id": new_id(), "name": name}
        self.owner.insert("pipelines", row)
        return row["id"]

    def record(self, **columns: Any) -> str:
        """A run that failed, unless the columns say otherwise."""
        row = {"id": new_id(), "pipeline_id": self.pipeline_id, "status": "failed", **columns}
        self.owner.insert("executions", row)
        return row["id"]

    def start(self, **columns: Any) -> str:
        """A run that is running."""
        return self.record(status="running", **columns)

    @contextmanager
    def writer(self) -> Iterator[psycopg.Connection]:
        """A transaction of the owner's that stays open until the block ends, and never waits longer than 2 s."""
        with psycopg.connect(self.description.database_url, options="-c statement_timeout=2000") as connection:
            connection.execute(BECOME, [Jsonb({"role": "authenticated", "sub": self.owner.user_id})])
            yield connection


def recorded(writer: psycopg.Connection, pipeline_id: str) -> None:
    """A run that failed, inserted in the writer's transaction."""
    writer.execute("insert into public.executions (pipeline_id, status) values (%s, 'failed')", [pipeline_id])


def detection(event: Row, **columns: Any) -> Row:
    """What `detect` writes about an event that it was handed."""
    execution = event["execution"]
    return {
        "pipeline_id": execution["pipeline_id"],
        "execution_id": execution["id"],
        "phase": event["phase"],
        "status": "ok",
        "runs_missing": 0,
        "score": 0.25,
        "is_anomaly": False,
        "guardrail_action": "continue",
        "model": "statistics",
        "model_version": "rules:1",
        **columns,
    }
