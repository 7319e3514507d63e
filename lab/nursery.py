"""The process that workers are forked from, so that none has to import everything anew: `python -m lab.nursery`.

Takes lines on standard input ({"job": …} or {"kill": run}), and writes reports to standard output. Ends, with every
worker, when its input does.
"""

import contextlib
import json
import os
import select
import signal
import sys
from datetime import UTC, datetime

from lab.job import Job, Report
from lab.worker import work


class Nursery:
    """The workers that run, by their run."""

    def __init__(self) -> None:
        self._workers: dict[str, int] = {}
        self._rest = b""
        self._awake, awaken = os.pipe()
        os.set_blocking(awaken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(awaken)

    def serve(self) -> None:
        """Work until the input ends, or until it is told to end."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            self._serve()
        finally:
            for run in list(self._workers):
                self._kill(run)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([0, self._awake], [], [])
            if self._awake in ready:
                os.read(self._awake, 4096)
                self._reap()
            if 0 in ready:
                read = os.read(0, 65_536)
                if not read:
                    return
                *lines, self._rest = (self._rest + read).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))

    def _obey(self, order: dict[str, object]) -> None:
        if "kill" in order:
            self._kill(str(order["kill"]))
            return
        job = Job.of(order["job"])  # type: ignore[arg-type]
        process = os.fork()
        if process == 0:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            os.close(0)
            os.open(os.devnull, os.O_RDONLY)
            work(job, 1)
        self._workers[job.run] = process

    def _kill(self, run: str) -> None:
        """Kill a worker with all that it started."""
        process = self._workers.get(run)
        if process is not None:
            # One that has only just begun leads no group yet.
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(process, signal.SIGKILL)

    def _reap(self) -> None:
        while self._workers:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            run = next((run for run, one in self._workers.items() if one == process), None)
            if run is not None:
                del self._workers[run]
                ended = "completed" if status == 0 else "failed"
                report = Report(run, "worker_ended", datetime.now(UTC).isoformat(), status=ended)
                os.write(1, report.to_json().encode() + b"\n")


if __name__ == "__main__":
    Nursery().serve()
