"""What an orchestrator writes down of a run while it goes on: rows for `ingest`, measured and as they were said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lab.job import Job, Report
from lab.log_lines import log_lines
from lab.stage_process import log_path

Row = dict[str, Any]


class Telling:
    """Collects rows of one run until they are sent. ``began`` is the execution's row as it is while it runs."""

    def __init__(self, job: Job, began: Row) -> None:
        self._job = job
        self._run: Row = began
        self._rows: dict[str, list[Row]] = {"stages": [], "metrics": [], "logs": []}
        self._rows["stages"] = [self._stage(name, status="pending") for name in job.stages]

    def hear(self, report: Report) -> None:
        """Take in what a worker reported."""
        if report.event == "stage_started":
            times = {"started_at": report.at}
            self._rows["stages"].append(self._stage(report.stage, report.attempt, status="running", **times))
        elif report.event == "stage_ended":
            self._hear_end(report)

    def payload(self, end: Row | None = None) -> dict[str, Sequence[Row]]:
        """What has come since the last payload; ``end`` is how the run ended, when it did."""
        rows, self._rows = self._rows, {"stages": [], "metrics": [], "logs": []}
        last: dict[tuple[str, int], Row] = {}
        for stage in rows["stages"]:
            key = (stage["stage_name"], stage["attempt"])
            last[key] = {**last.get(key, {}), **stage}
        return {**rows, "stages": list(last.values()), "executions": [{**self._run, **(end or {})}]}

    def skip_what_is_left(self, ended: Sequence[str]) -> None:
        """Say of every stage that did not begin that it was skipped."""
        left = [name for name in self._job.stages if name not in ended]
        self._rows["stages"] += [self._stage(name, status="skipped") for name in left]

    def _hear_end(self, report: Report) -> None:
        output = {} if report.rows is None else {"rows": report.rows}
        self._rows["stages"].append(
            self._stage(
                report.stage,
                report.attempt,
                status=report.status,
                completed_at=report.at,
                duration_seconds=report.seconds,
                error_message=report.error or None,
                output=output,
            )
        )
        percent = 100.0 * report.cpu_seconds / max(report.seconds, 0.001)
        for name, value, unit in (("cpu_percent", percent, "%"), ("memory_mb", report.memory_mb, "MB")):
            self._rows["metrics"].append(
                self._named(name, report, metric_name=name, metric_value=round(value, 2), unit=unit)
            )
        ended_at = datetime.fromisoformat(report.at)
        for number, line in enumerate(log_lines(_read(log_path(self._job, report.stage, report.attempt)))):
            # Lines are read in the order of their times.
            said = {"level": line.level, "message": line.message}
            moment = (ended_at + timedelta(microseconds=number)).isoformat()
            self._rows["logs"].append({**self._named(f"log{number}", report, **said), "created_at": moment})

    def _stage(self, name: str, attempt: int = 1, **columns: Any) -> Row:
        return {"execution_id": self._job.run, "stage_name": name, "attempt": attempt, **columns}

    def _named(self, what: str, report: Report, **columns: Any) -> Row:
        """A row whose id follows from what it is, so that it is recorded once."""
        name = f"{self._job.run}/{report.stage}/{report.attempt}/{what}"
        return {
            "id": str(uuid5(NAMESPACE_URL, name)),
            "execution_id": self._job.run,
            "stage_name": report.stage,
            "created_at": report.at,
            **columns,
        }


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""
