"""A tiny orchestrator: takes up the queued runs of a pipeline, as the contract of healing says, and ends them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .conftest import Roastery

Outcome = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def completes(_run: dict[str, Any], _config: dict[str, Any]) -> dict[str, Any]:
    """However it is run, it completes."""
    return {"status": "completed", "rows_processed": 1000, "data_volume_mb": 10}


class Orchestrator:
    """Runs the queued runs of a pipeline. ``outcome`` says how one ends, by its row and the configuration."""

    def __init__(self, roastery: Roastery, pipeline_id: str, outcome: Outcome = completes) -> None:
        self._roastery = roastery
        self._pipeline_id = pipeline_id
        self.outcome = outcome
        self.ran: list[dict[str, Any]] = []

    def queued(self) -> list[dict[str, Any]]:
        """The runs that wait to be taken up."""
        return self._roastery.rows("executions", pipeline_id=self._pipeline_id, status="queued")

    def turn(self) -> list[dict[str, Any]]:
        """Take up every run whose time has come, end it, and answer it."""
        ended = []
        for run in self.queued():
            if datetime.fromisoformat(run["metadata"].get("not_before", run["created_at"])) > datetime.now(UTC):
                continue
            table = self._roastery.client.table("executions")
            began = {"status": "running", "started_at": datetime.now(UTC).isoformat()}
            if not table.update(began).eq("id", run["id"]).eq("status", "queued").execute().data:
                continue
            (pipeline,) = self._roastery.rows("pipelines", id=self._pipeline_id)
            change = {"completed_at": datetime.now(UTC).isoformat(), **self.outcome(run, pipeline["config"])}
            self._roastery.client.table("executions").update(change).eq("id", run["id"]).execute()
            ended.append(run)
        self.ran += ended
        return ended
