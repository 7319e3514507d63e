"""The Standard Workload Format 2.2 of the Parallel Workloads Archive: a job per line, 18 numbers, -1 = unknown.

Feitelson, Tsafrir, Krakov: Experience with using the Parallel Workloads Archive, JPDC 74(10), 2014. What becomes what:

 1 job number           execution_id, after the log's name
 2 submit time          queued_at, as seconds after the header's UnixStartTime
 3 wait time            started_at = submit + wait; context.queue_wait_s
 4 run time             completed_at = start + run; empty where unknown
 5 allocated processors context.procs_alloc
 6 average CPU time     cpu_percent = 100 * average CPU time / run time
 7 used memory          memory_mb, from KB per processor
 8 requested processors requested_cpus
 9 requested time       requested_seconds
10 requested memory     not used
11 status               0 and 4 failed; 1 and 3 completed; 2 (partial), 5 and unknown cancelled
12 user                 owner; the second half of pipeline
13 group                not used
14 application          context.app_id
15 queue                trigger_type, by its name in the header; the first half of pipeline
16 partition            not used
17 preceding job        not used
18 think time           not used
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from cli.history.row import HistoryError, HistoryRow

FIELDS = 18
KB_PER_MB = 1024
STATUS = {0: "failed", 1: "completed", 3: "completed", 4: "failed"}
_START = re.compile(r";\s*UnixStartTime:\s*(\d+)")
_QUEUE = re.compile(r";\s*Queue:\s+(\d+)\s+(\w+)")


def read_swf(lines: Iterable[str], *, log_name: str) -> Iterator[HistoryRow]:
    """The jobs of a log, in the order of its lines (by submit time).

    Raises:
        HistoryError: the header names no UnixStartTime, or a line is not 18 numbers.
    """
    epoch: datetime | None = None
    queues: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        if line.startswith(";"):
            if found := _START.match(line):
                epoch = datetime.fromtimestamp(int(found[1]), UTC)
            elif found := _QUEUE.match(line):
                queues[int(found[1])] = found[2]
        elif line.strip():
            if epoch is None:
                raise HistoryError(
                    f"{log_name}, line {number}: the header names no UnixStartTime before the first job."
                )
            yield _job(_fields(line, number, log_name=log_name), epoch=epoch, queues=queues, log_name=log_name)


def _fields(line: str, number: int, *, log_name: str) -> list[float]:
    try:
        values = [float(value) for value in line.split()]
    except ValueError as error:
        raise HistoryError(f"{log_name}, line {number}: {error}: a job is {FIELDS} numbers.") from None
    if len(values) != FIELDS:
        raise HistoryError(f"{log_name}, line {number} has {len(values)} numbers: a job has {FIELDS}.")
    return values


def _job(values: list[float], *, epoch: datetime, queues: dict[int, str], log_name: str) -> HistoryRow:
    job, submit, wait, run, allocated, cpu, memory, cpus, seconds, _, status, user, _, application, queue, *_ = values
    queued_at = epoch + timedelta(seconds=submit)
    started_at = queued_at + timedelta(seconds=max(wait, 0))
    owner = f"user{user:.0f}" if user >= 0 else "unknown"
    queue_name = queues.get(int(queue), f"queue{queue:.0f}")
    context: dict[str, float | str] = {}
    if allocated >= 0:
        context["procs_alloc"] = int(allocated)
    if wait >= 0:
        context["queue_wait_s"] = int(wait)
    if application >= 0:
        context["app_id"] = f"{application:.0f}"
    return HistoryRow(
        execution_id=f"{log_name}-{job:.0f}",
        pipeline=f"{queue_name}:{owner}",
        owner=owner,
        queued_at=queued_at,
        started_at=started_at,
        completed_at=started_at + timedelta(seconds=run) if run >= 0 else None,
        status=STATUS.get(int(status), "cancelled"),
        trigger_type=queue_name,
        cpu_percent=round(100 * cpu / run, 2) if cpu >= 0 and run > 0 else None,
        memory_mb=round(memory / KB_PER_MB, 2) if memory >= 0 else None,
        requested_cpus=cpus if cpus >= 0 else None,
        requested_seconds=seconds if seconds >= 0 else None,
        context=context,
    )
