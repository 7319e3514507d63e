"""What the engines wrote about the cases, read once at the end."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from lab.records import Records

Row = dict[str, Any]
SETTLE_SECONDS, LOOK_SECONDS = 20.0, 0.5
TABLES = {
    "detections": "id,created_at,execution_id,phase,is_anomaly",
    "root_causes": "id,created_at,execution_id,rank,family,subcause,confidence",
    "incident_pipelines": "id,pipeline_id,incident_id",
    "healing_plans": "id,created_at,execution_id,pipeline_id,status,decision,cause,reasons",
    "healing_actions": "id,created_at,plan_id,pipeline_id,action,risk_tier,status,config_version_after,restored_at",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows by execution (detections, root causes, plans) and by pipeline (incidents, actions)."""

    detections: Mapping[str, Sequence[Row]]
    root_causes: Mapping[str, Sequence[Row]]
    plans: Mapping[str, Sequence[Row]]
    incidents: Mapping[str, Sequence[Row]]
    actions: Mapping[str, Sequence[Row]]

    @classmethod
    def read(cls, records: Records, workspaces: Sequence[str]) -> Self:
        """Everything about these workspaces."""
        rows = {table: records.all(table, workspaces, columns) for table, columns in TABLES.items()}
        return cls(
            _by(rows["detections"], "execution_id"),
            _by(rows["root_causes"], "execution_id"),
            _by(rows["healing_plans"], "execution_id"),
            _by(rows["incident_pipelines"], "pipeline_id"),
            _by(rows["healing_actions"], "pipeline_id"),
        )

    @classmethod
    def settled(cls, records: Records, workspaces: Sequence[str], failed_runs: Sequence[str]) -> Self:
        """The same once every failed run has a root cause and every action a verdict, or after a while without."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            evidence = cls.read(records, workspaces)
            open_actions = [
                row for rows in evidence.actions.values() for row in rows if row["status"] in ("acting", "acted")
            ]
            explained = all(run in evidence.root_causes for run in failed_runs)
            if (explained and not open_actions) or time.monotonic() > deadline:
                return evidence
            time.sleep(LOOK_SECONDS)

    def is_detected(self, run: str, pipeline_id: str) -> bool:
        """Whether a detection of the run says that something is wrong, or an incident tells of its pipeline."""
        return bool(self.incidents.get(pipeline_id)) or any(row["is_anomaly"] for row in self.detections.get(run, ()))

    def cause(self, run: str) -> tuple[str | None, str | None]:
        """Family and cause of a run: the first of its root causes; where it hangs, that."""
        first = min(self.root_causes.get(run, ()), key=lambda row: row["rank"], default=None)
        if any(row["phase"] == "stuck" for row in self.detections.get(run, ())):
            return "stuck", "worker_hung"
        return (None, None) if first is None else (first["family"], first["subcause"])


def _by(rows: Sequence[Row], column: str) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
