"""A small orchestrator: runs the stages of a pipeline by its configuration, and records what happened."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lab.fault import STAGES
from lab.records import Records
from lab.strike import Strike
from lab.telling import Telling
from lab.workers import Workers
from lab.world import World

SEND_EVERY_SECONDS = 0.5
RESTARTED = "worker was restarted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a pipeline: at a batch, for the ``number``-th time, of these stages."""

    run: str
    batch: str
    number: int = 1
    retry_of: str | None = None
    stages: Sequence[str] = STAGES
    trigger: str = "scheduled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: ``status`` as in `executions`, the stage that failed; moments of `time.monotonic`."""

    attempt: Attempt
    status: str
    began_at: float
    ended_at: float
    completed_at: str
    failed_stage: str | None = None


class Orchestrator:
    """Of one pipeline."""

    def __init__(self, pipeline_id: str, world: World, *, records: Records, workers: Workers) -> None:
        self.pipeline_id = pipeline_id
        self._world = world
        self._records = records
        self._workers = workers

    def carry_out(self, attempt: Attempt, strike: Strike) -> Outcome:
        """Run it by the configuration of this moment, and record it; returns when its worker has ended."""
        config = self._records.config_of(self.pipeline_id)
        job = self._world.job(
            attempt.run,
            attempt.batch,
            stages=list(attempt.stages),
            config=config,
            meets_other_thread=strike.meets_other_thread,
            leaves_a_process=strike.leaves_a_process,
        )
        telling = Telling(job, self._row(attempt))
        self._records.ingest(telling.payload())
        ended: list[str] = []
        failed, error, rows = None, "", None
        began = sent = time.monotonic()
        for report in self._workers.run(job):
            telling.hear(report)
            if report.event == "stage_ended":
                ended.append(report.stage)
                failed = report.stage if report.status == "failed" else None
                error, rows = report.error, report.rows
            if report.event != "worker_ended" and time.monotonic() - sent > SEND_EVERY_SECONDS:
                self._records.ingest(telling.payload())
                sent = time.monotonic()
        completed = report.status == "completed"
        telling.skip_what_is_left(ended)
        end: dict[str, Any] = {
            "status": "completed" if completed else "failed",
            "completed_at": report.at,
            "error_message": None if completed else error or RESTARTED,
            "rows_processed": rows if completed else None,
            "data_volume_mb": self._world.volume_mb(attempt.batch),
        }
        self._records.ingest(telling.payload(end))
        return Outcome(attempt, end["status"], began, time.monotonic(), report.at, failed)

    def end_worker(self, run: str) -> None:
        """End the worker of a run with all that it started; the run then ends as failed."""
        self._workers.kill(run)

    def _row(self, attempt: Attempt) -> dict[str, Any]:
        return {
            "id": attempt.run,
            "pipeline_id": self.pipeline_id,
            "status": "running",
            "started_at": datetime.now(UTC).isoformat(),
            "trigger_type": attempt.trigger,
            "triggered_by": "lab",
            "attempt": attempt.number,
            "retry_of": attempt.retry_of,
        }
