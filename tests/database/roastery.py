"""Two coffee roasteries with one row of everything: the one that the tests are about, and a stranger's."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from local.description import StackDescription
from tests.database.actors import Actor, caller, engine, person

ENGINES = ("predict", "detect", "rca", "heal", "recommend", "train")
Row = dict[str, Any]


def store(database: psycopg.Connection, table: str, row: Row) -> Row:
    """Put a row into a table as the database's owner, whom no policy stops."""
    statement = sql.SQL("insert into public.{} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    values = [Jsonb(value) if isinstance(value, dict | list) else value for value in row.values()]
    database.execute(statement, values)
    return row


@dataclass(frozen=True)
class Roastery:
    """A workspace, and the ids that rows in it refer to."""

    database: psycopg.Connection
    workspace_id: str
    owner_id: str
    pipeline_id: str
    execution_id: str
    plan_id: str
    model_version_id: str

    @classmethod
    def of(cls, database: psycopg.Connection, owner: Actor) -> "Roastery":
        """The personal workspace of a person, with a first pipeline that ran once."""
        ids = {name: str(uuid.uuid4()) for name in ("pipeline_id", "execution_id", "plan_id", "model_version_id")}
        made = cls(database, owner.workspace_id, owner.user_id, **ids)
        for table, id_name in (
            ("pipelines", "pipeline_id"),
            ("executions", "execution_id"),
            ("healing_plans", "plan_id"),
            ("model_versions", "model_version_id"),
        ):
            store(database, table, made.row(table) | {"id": ids[id_name]})
        return made

    def row(self, table: str, *, by: str | None = None) -> Row:
        """A row that has not been there yet, said by ``by`` (the owner) where somebody says it."""
        unique, by = uuid.uuid4().hex, by or self.owner_id
        pipeline, execution = {"pipeline_id": self.pipeline_id}, {"execution_id": self.execution_id}
        decided = pipeline | execution | {"model_version": "rule:test"}
        model = {"model_version_id": self.model_version_id, "model_version": "rule:test"}
        columns: dict[str, Row] = {
            "pipelines": {"name": f"roast {unique}"},
            "pipeline_versions": pipeline | {"version": int(unique[:6], 16) + 2, "config": {}},
            "pipeline_stages": pipeline | {"name": f"crack {unique}"},
            "executions": pipeline | {"status": "running"},
            "execution_stages": execution | {"stage_name": f"cool {unique}"},
            "logs": execution | {"message": "first crack"},
            "metrics": execution | {"metric_name": "drum_celsius", "metric_value": 196.0},
            "predictions": decided | {"phase": unique, "failure_probability": 0.1, "success_probability": 0.9},
            "detections": decided | {"phase": unique, "score": 0.2, "is_anomaly": False},
            "error_signatures": pipeline
            | {
                "fingerprint": unique[:12],
                "template": "drum <*> is on fire",
                "first_seen": "2026-12-24T18:00:00Z",
                "last_seen": "2026-12-24T20:00:00Z",
            },
            "root_causes": decided | {"rank": int(unique[:6], 16), "confidence": 0.5},
            "healing_plans": decided | {"plan_hash": unique, "steps": [{"action": "retry_stage"}], "config_version": 1},
            "healing_audit": {"event": "planned", "actor": "heal"},
            "healing_actuators": {"kind": "webhook", "url": "https://roast.example", "secret_name": "KEY"},
            "action_outcomes": {"cause": unique, "action": "retry_stage"},
            "healing_breakers": {"cause": unique, "probe_at": "2099-12-24T18:00:00Z"},
            "healing_actions": {
                "plan_id": self.plan_id,
                "action": "retry_stage",
                "risk_tier": 1,
                "model_version": "rule:test",
            },
            "recommendations": pipeline | {"kind": "timeout", "title": "Roast longer", "model_version": "rule:test"},
            "alerts": decided | {"severity": "low", "title": "Smoke", "message": "Smoke in the drum"},
            "ai_insights": decided | {"insight_type": "anomaly", "title": "Dark", "description": "Darker than usual"},
            "model_versions": {
                "kind": "failure_prediction",
                "object_key": f"models/{unique}.onnx",
                "sha256": hashlib.sha256(unique.encode()).hexdigest(),
                "size_bytes": 1024,
                "feature_fingerprint": "f",
            },
            "model_deployments": {"kind": unique, "rung": "shadow", "model_version_id": self.model_version_id},
            "model_changes": {"kind": unique, "rung": "shadow", "generation": 1, "reason": "better"},
            "model_evaluations": model,
            "drift_reports": model | {"kind": "failure_prediction"},
            "incidents": {"kind": "failure", "cause": unique, "severity": "low", "title": "Smoke"},
            "incident_pipelines": pipeline,
            "pipeline_dependencies": {"upstream_id": self.pipeline_id},
            "silences": pipeline | {"ends_at": "2099-12-24T20:00:00Z", "created_by": by},
            "feedback": {
                "subject_table": "detections",
                "subject_id": str(uuid.uuid4()),
                "verdict": "confirmed",
                "given_by": by,
            },
            "approvals": {"decision": "approved", "decided_by": by},
            "healing_policies": {"updated_by": by},
            "maintenance_windows": {
                "starts_at": "2026-12-24T18:00:00Z",
                "ends_at": "2026-12-24T20:00:00Z",
                "created_by": by,
            },
        }
        row = columns[table] | {"workspace_id": self.workspace_id}
        if table in ("healing_policies", "healing_actuators"):
            # A pipeline has one of them at most.
            row["pipeline_id"] = self.arrange("pipelines")["id"]
        if table == "approvals":
            # A plan is decided about once, and as it is.
            plan = self.arrange("healing_plans")
            row |= {"plan_id": plan["id"], "plan_hash": plan["plan_hash"]}
        if table == "incident_pipelines":
            row["incident_id"] = self.arrange("incidents")["id"]
        if table == "pipeline_dependencies":
            row["downstream_id"] = self.arrange("pipelines")["id"]
        return row if table == "pipeline_versions" else row | {"id": str(uuid.uuid4())}

    def arrange(self, table: str) -> Row:
        """A fresh row that is already there."""
        return store(self.database, table, self.row(table))


@dataclass(frozen=True)
class World:
    """Everybody, by name; the roastery that the four members share, and the stranger's."""

    actors: dict[str, Actor]
    home: Roastery
    away: Roastery

    @classmethod
    def make(cls, stack: StackDescription, database: psycopg.Connection) -> "World":
        people = {name: person(stack, name) for name in ("owner", "admin", "member", "viewer", "stranger")}
        workspace_id = people["owner"].workspace_id
        for role in ("admin", "member", "viewer"):
            people["owner"].add("workspace_members", workspace_id=workspace_id, user_id=people[role].user_id, role=role)
        home, away = Roastery.of(database, people["owner"]), Roastery.of(database, people["stranger"])
        engines = {name: engine(stack, name, workspace_id) for name in ENGINES}
        others = {
            "anonymous": caller(stack, "anonymous"),
            "stranger's predict": engine(stack, "predict", away.workspace_id),
        }
        return cls({**people, **engines, **others}, home, away)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]
