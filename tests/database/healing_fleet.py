"""Many pipelines that fail with one error."""

from collections.abc import Sequence

from tests.database.delivery_actors import Row
from tests.database.delivery_team import new_id
from tests.database.healing_ward import REFUSED, Ward

SAME = "0a0000000001"


class Fleet:
    """Many pipelines of one workspace under one policy."""

    def __init__(self, ward: Ward, size: int) -> None:
        self.ward = ward
        place = {"workspace_id": ward.workspace_id}
        self.ids = [new_id() for _ in range(size)]
        owner = ward.team.owner
        owner.insert("pipelines", [{"id": id_, "name": f"lamp {number}"} for number, id_ in enumerate(self.ids)])
        owner.insert(
            "pipeline_stages",
            [{**place, "pipeline_id": id_, "name": "lamp", "idempotency": "safe"} for id_ in self.ids],
        )
        owner.insert("healing_policies", {**place, "autonomy": "auto", "cooldown_seconds": 0})

    def fail(self, pipelines: Sequence[str], **columns: object) -> list[str]:
        runs = [self.ward.team.record(pipeline_id=pipeline, **columns) for pipeline in pipelines]
        for run in runs:
            self.ward.explain(run, REFUSED, fingerprint=SAME)
        return runs

    def queued(self) -> list[Row]:
        rows = self.ward.team.owner.rows("executions", trigger_type="healing", status="queued")
        return [row for row in rows if row["workspace_id"] == self.ward.workspace_id]

    def end_all(self, status: str) -> int:
        """Every queued run ends; a failed one is explained."""
        runs = self.queued()
        for run in runs:
            self.ward.team.owner.update("executions", {"status": status}, id=run["id"])
        self.ward.work()
        if status == "failed":
            for run in runs:
                self.ward.explain(run["id"], REFUSED, fingerprint=SAME)
            self.ward.work()
        return len(runs)

    def time_passes(self) -> None:
        """The next probe is due."""
        self.ward.owned.execute(
            "update healing_breakers set probe_at = now() where workspace_id = %s", [self.ward.workspace_id]
        )
        self.ward.tend()
        self.ward.work()

    def breaker(self) -> Row:
        rows = self.ward.team.owner.rows("healing_breakers", workspace_id=self.ward.workspace_id)
        (row,) = rows
        return row
