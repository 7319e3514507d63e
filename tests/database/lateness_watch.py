"""What the lateness tests arrange: what detect expects of a team's pipelines, and the sweep that looks at the clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from functions.detect.expectation import expectation_of
from functions.detect.lateness_tasks import LatenessTasks
from functions.detect.watch import Report, Watch
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from tests.database.delivery_actors import Row
from tests.database.delivery_team import Team, new_id

HOUR = timedelta(hours=1)


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


class Tasks(LatenessTasks):
    """The tasks of a team's detect."""

    def __init__(self, team: Team) -> None:
        engine = team.engine("detect")

        class Calls:
            def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
                return engine.rpc(function, **arguments)

        super().__init__(Calls())  # type: ignore[arg-type]


@dataclass
class Night:
    """A team whose pipeline runs every hour, as detect knows it, and the database's owner, who sweeps."""

    team: Team
    database: psycopg.Connection
    pipeline: Row = field(default_factory=lambda: {"config": {}})

    def state(self, *, last: datetime, runs: int = 12, every: timedelta = HOUR, minutes: float = 10.0) -> PipelineState:
        """What detect knows after so many runs, the last of which started then."""
        state = PipelineState()
        for back in reversed(range(runs)):
            started_at = last - back * every
            row = {
                "id": new_id(),
                "workspace_id": self.team.workspace_id,
                "pipeline_id": self.team.pipeline_id,
                "status": "completed",
                "created_at": started_at.isoformat(),
                "started_at": started_at.isoformat(),
                "completed_at": (started_at + timedelta(minutes=minutes)).isoformat(),
            }
            state.update(Execution.from_row(row))
        return state

    def learn(self, state: PipelineState, *, now: datetime | None = None, pipeline_id: str | None = None) -> Row:
        """Store what detect expects after a completion at ``now``: just after the state's last run ended."""
        last_end = state.starts.last_end or 0.0
        now = now or datetime.fromtimestamp(last_end, UTC) + timedelta(minutes=1)
        row = {
            "pipeline_id": pipeline_id or self.team.pipeline_id,
            **expectation_of(self.pipeline, state, now=now).row(),
        }
        self.team.engine("detect").rpc("store_expectations", payload=[row])
        return row

    def sweep(self) -> int:
        (said,) = self.database.execute("select engine.sweep_late()").fetchone() or (0,)
        return said

    def look(self) -> Report:
        """Detect works its tasks off."""
        return Watch(now=lambda: datetime.now(UTC)).run(Tasks(self.team))

    def alerts(self, subject: str = "late:") -> list[Row]:
        """The alerts of the team's workspace with such a subject, oldest first."""
        rows = [row for row in self.team.owner.rows("alerts") if (row["subject"] or "").startswith(subject)]
        return sorted(rows, key=lambda row: row["created_at"])

    def detections(self) -> list[Row]:
        """What was said, oldest first."""
        return sorted(self.team.owner.rows("detections"), key=lambda row: row["created_at"])

    def watched(self) -> Row:
        """The row of the team's pipeline on the watch list."""
        row = self.database.execute(
            "select to_jsonb(expectation) from engine.expectations as expectation where pipeline_id = %s",
            [self.team.pipeline_id],
        ).fetchone()
        assert row is not None
        return row[0]
