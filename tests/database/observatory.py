"""What the tests of observation arrange: models on rungs, answers about runs, and what an observer says of them."""

from dataclasses import dataclass
from typing import Any

import psycopg

from tests.database.delivery_actors import Row
from tests.database.roastery import store
from tests.database.training_school import KIND, School

OBSERVATION = "observation"


@dataclass(frozen=True)
class Observatory:
    """A school whose models are looked at."""

    school: School

    @property
    def database(self) -> psycopg.Connection:
        return self.school.database

    def deployed(self, rung: str) -> str:
        """The id of a new version on a rung."""
        deployment = self.school.deployment(rung)
        generation = deployment["generation"] if deployment else None
        answer = self.school.registered(rung=rung, expected_generation=generation)
        assert answer["moved"]
        return answer["model_version_id"]

    def answered(
        self, number: float, *, status: str = "failed", by: str | None = None, others: list[Row] | None = None
    ) -> str:
        """A run about which a version (or the heuristic) answered at its start."""
        run = self.school.team.record(status=status)
        row = {
            "workspace_id": self.school.team.workspace_id,
            "pipeline_id": self.school.team.pipeline_id,
            "execution_id": run,
            "failure_probability": number,
            "success_probability": 1 - number,
            "model_version": "tides:1" if by else "heuristic:1",
            "model_version_id": by,
            "alternatives": others or [],
        }
        store(self.database, "predictions", row)
        return run

    def claimed(self) -> Row:
        """An observation that was asked for and claimed."""
        return self.school.claimed(OBSERVATION)

    def completed(self, claim: Row, **payload: Any) -> Row:
        return self.school.trainer.rpc("complete_observation", payload={"lease": claim["lease"], **payload})

    def step(self, action: str, rung: str, **other: Any) -> Row:
        """A step about what is on a rung now."""
        deployment = self.school.deployment(rung) or {"model_version_id": None, "generation": None}
        return {
            "action": action,
            "kind": KIND,
            "rung": rung,
            "model_version_id": deployment["model_version_id"],
            "generation": deployment["generation"],
            "next_generation": None,
            "reason": "the ebb came",
            "evidence": {"rows": 200},
            **other,
        }

    def alert(self, **other: Any) -> Row:
        return {
            "kind": KIND,
            "title": "The almanac errs",
            "message": "It was high tide.",
            "model_version": "tides:1",
            "evidence": {},
            **other,
        }

    def alerts(self, **equal: Any) -> list[Row]:
        return self.school.team.owner.rows("alerts", subject=f"model:{KIND}", **equal)
