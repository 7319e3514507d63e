"""What the end-to-end tests of healing share: a pipeline that may heal itself, and how it fails."""

import uuid
from typing import Any

from tests.waiting import eventually

from .conftest import Roastery
from .orchestrator import Orchestrator

REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"
OUT_OF_MEMORY = "MemoryError: Unable to allocate 512 MiB for an array"
WRONG_PASSWORD = 'FATAL: password authentication failed for user "loader"'


class Patient:
    """A pipeline under a healing policy, its orchestrator, and what was planned for it."""

    def __init__(self, roastery: Roastery, *, config: dict[str, Any] | None = None, **policy: Any) -> None:
        self.roastery = roastery
        self.pipeline = roastery.pipeline(config=config or {})
        self.id = self.pipeline["id"]
        place = {"workspace_id": self.pipeline["workspace_id"], "pipeline_id": self.id}
        for number, name in enumerate(("grind", "brew")):
            stage = {**place, "name": name, "order_index": number, "idempotency": "safe"}
            roastery.client.table("pipeline_stages").insert(stage).execute()
        row = {**place, "cooldown_seconds": 0}
        roastery.client.table("healing_policies").insert({**row, "autonomy": "auto", **policy}).execute()
        self.orchestrator = Orchestrator(roastery, self.id)

    def fail(self, message: str, **columns: Any) -> str:
        """A run that failed in its stage brew, recorded with its log."""
        run = str(uuid.uuid4())
        execution = {"id": run, "pipeline_id": self.id, "status": "failed", "error_message": message, **columns}
        self.roastery.client.rpc(
            "ingest", {"payload": {"executions": [execution], "logs": self._log(run, message)}}
        ).execute()
        return run

    def _log(self, run: str, message: str) -> list[dict[str, Any]]:
        return [{"execution_id": run, "level": "error", "message": message, "stage_name": "brew"}]

    def plan(self, run: str) -> dict[str, Any]:
        """The plan for a run, as soon as there is one."""
        return self.roastery.decided("healing_plans", run)

    def actions(self, run: str) -> list[dict[str, Any]]:
        """What was done about a run."""
        return self.roastery.rows("healing_actions", plan_id=self.plan(run)["id"])

    def settled(self, run: str, status: str) -> dict[str, Any]:
        """The only action about a run, once it has this status; the orchestrator works meanwhile."""

        def look() -> dict[str, Any] | None:
            self.orchestrator.turn()
            found = self.actions(run)
            return found[0] if found and found[0]["status"] == status else None

        return eventually(look, within_seconds=30, every_seconds=0.1)
