"""A worker: the process that carries out one job, and sees to its limits."""

import contextlib
import fcntl
import json
import os
import resource
import select
import signal
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

from lab.job import Job, Report
from lab.stage_process import RESULT, become, log_path

LAST_BYTES = 4096
# Whatever becomes of those who would end it: no worker, and nothing that it left in the way, outlives this.
LONGEST_SECONDS = 900


class Ended(NamedTuple):
    """How a stage's process ended. ``code`` is None where it was cut off."""

    code: int | None
    seconds: float
    usage: resource.struct_rusage


def work(job: Job, reports: int) -> NoReturn:
    """Carry out a job in this process, report to a descriptor, and end. Exit code 0: every stage went well."""
    code = 1
    try:
        os.setsid()
        signal.alarm(LONGEST_SECONDS)
        Path(job.logs).mkdir(parents=True, exist_ok=True)
        if job.leaves_a_process:
            _leave_a_process(job.lock)
        with open(job.lock, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            deadline = None if job.timeout_seconds is None else time.monotonic() + job.timeout_seconds
            code = 0 if all(_carry_out(job, stage, deadline, reports) for stage in job.stages) else 1
    except BaseException:  # noqa: BLE001 - the worker's own fault: it is said, and the run has failed
        traceback.print_exc()
    finally:
        os._exit(code)


def _carry_out(job: Job, stage: str, deadline: float | None, reports: int) -> bool:
    for attempt in range(1, job.retries + 2):
        _say(Report(job.run, "stage_started", _now(), stage, attempt), reports)
        ended = _run_stage(job, stage, attempt, deadline)
        error = _error(job, stage, attempt, ended)
        report = Report(
            job.run, "stage_ended", _now(), stage, attempt, "failed" if error else "completed", error,
            round(ended.seconds, 3),
            round(ended.usage.ru_utime + ended.usage.ru_stime, 3),
            round(ended.usage.ru_maxrss / 1024, 1),
            None if error else json.loads((Path(job.folder) / f"{stage}.{RESULT}").read_text()).get("rows"),
        )  # fmt: skip
        _say(report, reports)
        if not error:
            return True
        if ended.code is None:
            return False
    return False


def _run_stage(job: Job, stage: str, attempt: int, deadline: float | None) -> Ended:
    """Run a stage in a process of its own. The pipe tells its end: nobody else holds its other side."""
    began = time.monotonic()
    mine, its = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(mine)
        become(job, stage, attempt)
    os.close(its)
    left = None if deadline is None else max(0.0, deadline - time.monotonic())
    in_time = bool(select.select([mine], [], [], left)[0])
    if not in_time:
        os.kill(process, signal.SIGKILL)
    _, status, usage = os.wait4(process, 0)
    os.close(mine)
    code = os.waitstatus_to_exitcode(status) if in_time else None
    return Ended(code, time.monotonic() - began, usage)


def _error(job: Job, stage: str, attempt: int, ended: Ended) -> str:
    """Why a stage failed, in a line; empty: it did not."""
    if ended.code == 0:
        return ""
    path = log_path(job, stage, attempt)
    if ended.code is None:
        said = f"Stage {stage} exceeded the timeout of {job.timeout_seconds:g} s and was killed"
    elif ended.code < 0:
        said = f"Stage {stage} was killed by signal {signal.Signals(-ended.code).name}"
    else:
        lines = path.read_text(errors="replace")[-LAST_BYTES:].splitlines()
        return next((line for line in reversed(lines) if line.strip() and not line.startswith((" ", "For more"))), "")
    with path.open("a") as log:
        log.write(f"ERROR {said}\n")
    return said


def _leave_a_process(lock: str) -> None:
    """Leave a process in this worker's group that holds the lock and does nothing."""
    holds, told = os.pipe()
    if os.fork() == 0:
        signal.alarm(LONGEST_SECONDS)
        file = open(lock, "w")  # noqa: SIM115 - held for ever
        fcntl.flock(file, fcntl.LOCK_EX)
        os.write(told, b".")
        while True:
            signal.pause()
    os.read(holds, 1)
    os.close(holds)
    os.close(told)


def _say(report: Report, reports: int) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(reports, report.to_json().encode() + b"\n")


def _now() -> str:
    return datetime.now(UTC).isoformat()
