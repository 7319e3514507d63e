"""A pipeline that fails, and `heal` at work on it step by step: what it is handed, decides and completes."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from functions.heal.handler import decide
from shared.claim import Claim
from tests.database.delivery_actors import Row
from tests.database.delivery_team import Team, new_id

REFUSED = {"family": "connection_auth", "subcause": "connection_refused", "transient": True}
OUT_OF_MEMORY = {"family": "resource_bottleneck", "subcause": "memory_exhausted", "transient": False}
WRONG_PASSWORD = {"family": "connection_auth", "subcause": "authentication_failed", "transient": False}
CHANGED = {
    "family": "configuration_drift",
    "subcause": "setting_changed",
    "transient": False,
    "evidence": {"changes": [{"where": "config.env.LAMP", "before": "gas", "after": "led"}]},
}


class Ward:
    """The team's pipeline, its policy, and `heal`."""

    def __init__(self, team: Team, owned: psycopg.Connection) -> None:
        self.team, self.owned = team, owned
        self.pipeline_id, self.workspace_id = team.pipeline_id, team.workspace_id
        self.place = {"workspace_id": team.workspace_id, "pipeline_id": team.pipeline_id}
        self.heal = team.engine("heal")
        stage = {**self.place, "name": "lamp", "idempotency": "safe"}
        team.owner.insert("pipeline_stages", stage)

    def policy(self, **columns: Any) -> None:
        """The pipeline's policy, in place of what it was; ``auto`` without a cooldown unless said otherwise."""
        self.owned.execute("delete from healing_policies where pipeline_id = %s", [self.pipeline_id])
        self.team.owner.insert("healing_policies", {**self.place, "autonomy": "auto", "cooldown_seconds": 0, **columns})

    def configure(self, config: Row) -> None:
        self.team.owner.update("pipelines", {"config": config}, id=self.pipeline_id)

    def config(self) -> Row:
        return self.team.owner.rows("pipelines", id=self.pipeline_id)[0]["config"]

    def version(self) -> int:
        return self.team.owner.rows("pipelines", id=self.pipeline_id)[0]["version"]

    def failed(self, cause: Row, **columns: Any) -> str:
        """A run that failed, and that `rca` has explained."""
        run = self.team.record(**columns)
        self.explain(run, cause)
        return run

    def explain(self, run: str, cause: Row, *, fingerprint: str | None = None) -> None:
        (execution,) = self.team.owner.rows("executions", id=run)
        pipeline_id = execution["pipeline_id"]
        if fingerprint:
            self.owned.execute(
                """
                insert into detections
                    (workspace_id, pipeline_id, execution_id, score, is_anomaly, model_version, evidence)
                values (%s, %s, %s, 0, false, 'rules:1', %s)
                """,
                [
                    self.workspace_id,
                    pipeline_id,
                    run,
                    Jsonb({"error_signature": {"fingerprint": fingerprint, "template": "the lamp is out"}}),
                ],
            )
        row = {"confidence": 0.9, "model_version": "rules:1", "evidence": {}, **cause}
        self.owned.execute(
            """
            insert into root_causes (
                workspace_id, pipeline_id, execution_id, family, subcause, transient, confidence, model_version,
                evidence
            )
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                self.workspace_id,
                pipeline_id,
                run,
                *(row.get(name) for name in ("family", "subcause", "transient", "confidence", "model_version")),
                Jsonb(row["evidence"]),
            ],
        )

    def decided(self, claim: Row) -> Row:
        """What `heal` makes of a claim: a payload. One event of each pipeline, as the Healer does."""
        payload: Row = {"done": [], "failed": [], "healing_plans": [], "verdicts": []}
        seen: set[str] = set()
        for event in Claim.from_document(claim).events:
            if event.pipeline_id in seen:
                continue
            seen.add(event.pipeline_id)
            context = self.heal.rpc("healing_context", of_execution=event.row["id"])
            payload["done"].append(event.id)
            for table, rows in decide(event, context).items():
                payload[table] += rows
        return payload

    def work(self) -> Row:
        """Claim, decide and complete until nothing is left; the last answer that held anything."""
        answer: Row = {}
        while (claim := self.heal.claim())["events"]:
            answer = self.heal.complete(claim, **self.decided(claim))
        return answer

    def plan(self, run: str) -> Row:
        (plan,) = self.team.owner.rows("healing_plans", execution_id=run)
        return plan

    def actions(self, run: str) -> list[Row]:
        return self.team.owner.rows("healing_actions", plan_id=self.plan(run)["id"])

    def queued(self) -> list[Row]:
        return self.team.owner.rows("executions", pipeline_id=self.pipeline_id, status="queued")

    def end(self, status: str, **columns: Any) -> str:
        """The orchestrator takes up the only queued run and ends it."""
        (run,) = self.queued()
        self.team.owner.update("executions", {"status": status, **columns}, id=run["id"])
        return run["id"]

    def approve(self, run: str, by: Any = None, **columns: Any) -> Any:
        """An answer of the Data API: somebody says yes to the plan for a run."""
        plan = self.plan(run)
        somebody = by or self.team.owner
        row = {
            "id": new_id(),
            "workspace_id": self.workspace_id,
            "plan_id": plan["id"],
            "plan_hash": plan["plan_hash"],
            "decision": "approved",
            "decided_by": somebody.user_id,
            **columns,
        }
        return somebody.call("POST", "approvals", json=row)

    def audited(self, run: str) -> list[str]:
        rows = self.team.owner.rows("healing_audit", plan_id=self.plan(run)["id"])
        return [row["event"] for row in sorted(rows, key=lambda row: row["position"])]

    def tend(self) -> None:
        """What pg_cron does every few seconds."""
        self.owned.execute("select engine.tend_healing()")
