"""A workspace whose data change their meaning, and what its models did meanwhile."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tests.waiting import eventually

from .conftest import Roastery
from .test_training import KIND, command

PIPELINES = 8
BEGIN = datetime(2026, 2, 1, tzinfo=UTC)
# Big roasts burn and small ones do not; after the change it is the other way round.
CHANCE = {"burns": 0.85, "keeps": 0.05}


class Drill:
    """A workspace of its own, whose runs are recorded in bulk and whose engines are waited for."""

    def __init__(self, roastery: Roastery, owner: psycopg.Connection) -> None:
        self._roastery, self._owner = roastery, owner
        self._random = random.Random(7)
        self._runs = 0
        self.big_roasts_burn = True
        self.workspace_id = str(uuid.uuid4())
        owner.execute(
            "insert into workspaces (id, name, created_by) select %s, 'drill', id from auth.users where email = %s",
            [self.workspace_id, roastery.description.demo_email],
        )
        self._pipelines = [roastery.pipeline(workspace_id=self.workspace_id)["id"] for _ in range(PIPELINES)]

    def record(self, count: int) -> None:
        """Runs that have ended, until they are predicted and learned from, and the models have been looked at."""
        rows = [self._run() for _ in range(count)]
        for at in range(0, count, 400):
            self._roastery.client.table("executions").insert(rows[at : at + 400]).execute()
        eventually(
            lambda: self._count("engine.events where engine = 'predict' and done_at is null") == 0, within_seconds=60
        )
        self.settle("observation")

    def settle(self, task: str) -> None:
        """Wait until the trainer has done this task as often as it was asked for."""
        waiting = f"engine.tasks where kind = '{task}' and requested_at is not null"
        eventually(lambda: self._count(waiting) == 0, within_seconds=90)

    def _count(self, what: str) -> int:
        row = self._owner.execute(f"select count(*) from {what} and workspace_id = %s".encode(), [self.workspace_id])
        (count,) = row.fetchone() or (0,)
        return int(count)

    def _run(self) -> dict[str, Any]:
        big = self._random.random() < 0.5
        chance = CHANCE["burns" if big == self.big_roasts_burn else "keeps"]
        at = BEGIN + timedelta(minutes=5 * self._runs)
        self._runs += 1
        return {
            "id": str(uuid.uuid4()),
            "pipeline_id": self._pipelines[self._runs % PIPELINES],
            "workspace_id": self.workspace_id,
            "status": "failed" if self._random.random() < chance else "completed",
            "metadata": {"requested_cpus": 64 if big else 2},
            "started_at": at.isoformat(),
            "completed_at": (at + timedelta(minutes=4)).isoformat(),
        }

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        return self._roastery.rows(table, workspace_id=self.workspace_id, **equal)

    def on(self, rung: str) -> str | None:
        """The version on a rung."""
        found = self.rows("model_deployments", kind=KIND, rung=rung)
        return found[0]["model_version_id"] if found else None

    def models(self, *words: str) -> str:
        return command(self._roastery, *words, "--workspace", self.workspace_id).output

    def hour(self) -> None:
        """What pg_cron does every hour, for this workspace alone."""
        self._owner.execute("select engine.request_observation(%s, 'schedule')", [self.workspace_id])
        self.settle("observation")

    def night(self) -> None:
        """What pg_cron does every night, for this workspace alone."""
        self._owner.execute(
            """
            select engine.request_task('train', workspace_id, kind, 'schedule')
            from engine.tasks
            where
                workspace_id = %s and kind = %s
                and engine.has_new_labels(workspace_id, finished_at, engine.setting('train_after_labels')::integer)
            """,
            [self.workspace_id, KIND],
        )
        self.settle(KIND)

    def rungs_of(self, version: str) -> set[str]:
        """Every rung that a version has ever been put on."""
        changes = self.rows("model_changes", to_version_id=version)
        return {change["rung"] for change in changes if change["action"] == "moved"}

    def brier(self, version: str, last: int) -> float:
        """Of a version's answers to the last runs, served or kept."""
        row = self._owner.execute(
            """
            select avg(power(answer.probability - (execution.status = 'failed')::integer, 2))
            from (
                select *
                from predictions
                where workspace_id = %(workspace)s and phase = 'started'
                order by created_at desc
                limit %(last)s
            ) as prediction
            join executions as execution on execution.id = prediction.execution_id
            cross join lateral (
                select prediction.failure_probability as probability
                where prediction.model_version_id = %(version)s
                union all
                select (kept ->> 'failure_probability')::double precision
                from jsonb_array_elements(prediction.alternatives) as kept
                where kept ->> 'model_version_id' = %(version)s::text
            ) as answer
            """,
            {"workspace": self.workspace_id, "version": version, "last": last},
        ).fetchone()
        assert row is not None
        return float(row[0])
