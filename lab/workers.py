"""The orchestrator's side of the workers: start one for a job, follow its reports, end it."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.errors import LabError
from lab.job import Job, Report
from local.process import child_environment

ROOT = Path(__file__).parent.parent


class Workers:
    """A context manager: no worker outlives it. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._followers: dict[str, queue.SimpleQueue[Report | None]] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the process that they are forked from."""
        command = [sys.executable, "-m", "lab.nursery"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=child_environment({}),
            # Ctrl-C is for us: it ends with its workers when we close its input.
            start_new_session=True,
        )
        threading.Thread(target=self._listen, name="lab-reports", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End every worker."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait()

    def run(self, job: Job) -> Iterator[Report]:
        """Start a worker that does the job; its reports, until it ended.

        Raises:
            LabError: the nursery of workers is gone.
        """
        reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._followers[job.run] = reports
        self._order(job.to_json())
        return self._follow(job.run, reports)

    def _follow(self, run: str, reports: "queue.SimpleQueue[Report | None]") -> Iterator[Report]:
        while True:
            report = reports.get()
            if report is None:
                raise LabError("The process that workers are forked from ended: see what it wrote.")
            yield report
            if report.event == "worker_ended":
                del self._followers[run]
                return

    def kill(self, run: str) -> None:
        """End the worker of a run with all that it started, if it still runs."""
        self._order(json.dumps({"kill": run}))

    def _order(self, line: str) -> None:
        if self._process is None or self._process.stdin is None or self._process.poll() is not None:
            raise LabError("The process that workers are forked from does not run.")
        with self._lock:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            for line in self._process.stdout:
                report = Report(**json.loads(line))
                follower = self._followers.get(report.run)
                if follower is not None:
                    follower.put(report)
        for follower in list(self._followers.values()):
            follower.put(None)
