"""What the training tests arrange: the trainer of a team's workspace, its tasks, models and feature records."""

import hashlib
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.database.delivery_actors import Caller, Row
from tests.database.delivery_team import Team, new_id

KIND = "failure_prediction"


@dataclass(frozen=True)
class School:
    """A team, and the owner of the database, who arranges what no API can."""

    team: Team
    database: psycopg.Connection

    @property
    def trainer(self) -> Caller:
        return self.team.engine("train")

    def request(self, kind: str = KIND, reason: str = "the tide turned") -> None:
        self.database.execute("select engine.request_task('train', %s, %s, %s)", [self.team.workspace_id, kind, reason])

    def claimed(self, kind: str = KIND) -> Row:
        """A task that was asked for and claimed."""
        self.request(kind)
        return self.trainer.rpc("claim_task")

    def task(self, kind: str = KIND) -> Row:
        row = self.database.execute(
            "select to_jsonb(task) from engine.tasks as task where workspace_id = %s and kind = %s",
            [self.team.workspace_id, kind],
        ).fetchone()
        assert row is not None
        return row[0]

    def move_task(self, assignment: str) -> None:
        """Let time pass for the workspace's tasks, as no API can."""
        self.database.execute(
            f"update engine.tasks set {assignment} where workspace_id = %s".encode(), [self.team.workspace_id]
        )

    def payload(self, claim: Row, **other: Any) -> Row:
        """A model of new bytes, to be registered under the lease of a claim."""
        return {
            "lease": claim["lease"],
            "kind": claim["kind"],
            "object_key": f"models/{new_id()}.onnx",
            "sha256": hashlib.sha256(new_id().encode()).hexdigest(),
            "size_bytes": 2048,
            "feature_fingerprint": "tides:1",
            "threshold": 0.4,
            "manifest": {"features": ["tide"]},
            "evaluation": {"metrics": {"auc": 0.8}, "summary": "better than the almanac"},
            "rung": None,
            "expected_generation": None,
            "reason": "first of its kind",
            **other,
        }

    def registered(self, **other: Any) -> Row:
        """What registering a new model answered."""
        return self.trainer.rpc("register_model", payload=self.payload(self.claimed(), **other))

    def deployment(self, rung: str = "production") -> Row | None:
        rows = self.team.owner.rows("model_deployments", kind=KIND, rung=rung)
        return rows[0] if rows else None

    def remember(self, execution_id: str, occurred_at: str, *, engine: str = "predict", fingerprint: str = "f") -> None:
        """Feature record of a run of the team's pipeline, as the engine stored it when it decided."""
        self.database.execute(
            """
            insert into engine.feature_records values (%s, %s, %s, %s, %s, %s, '{0.5,2}')
            """,
            [execution_id, engine, self.team.workspace_id, self.team.pipeline_id, occurred_at, fingerprint],
        )
