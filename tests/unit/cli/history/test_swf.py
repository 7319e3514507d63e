"""From a job log in the Standard Workload Format to the canonical executions file."""

from datetime import UTC, datetime

import pytest

from cli.history import HistoryError, HistoryRow
from cli.history.swf import read_swf

LOG = """\
;       Version: 2.2
; UnixStartTime: 1400749079
;     Queue: 1 - Normal jobs queue - normal priority
; Queue:  1  default        default
; Queue:  2  besteffort     besteffort

    2    83558      1 432024   36   1320  7566   36 432000    -1  0   2   2   2  1 -1 -1 -1
    3       60     -1     -1   -1     -1    -1   -1     -1    -1  5  -1  -1  -1  9 -1 -1 -1
    4       61      0      0    1   0.00     0    1     60    -1  1   7   7   8  2 -1 -1 -1
"""


def convert(text: str) -> list[HistoryRow]:
    return list(read_swf(text.splitlines(keepends=True), log_name="gaia"))


def test_every_field_of_a_known_job_finds_its_column() -> None:
    assert convert(LOG)[0] == HistoryRow(
        execution_id="gaia-2",
        pipeline="default:user2",
        owner="user2",
        queued_at=datetime(2014, 5, 23, 8, 10, 37, tzinfo=UTC),
        started_at=datetime(2014, 5, 23, 8, 10, 38, tzinfo=UTC),
        completed_at=datetime(2014, 5, 28, 8, 11, 2, tzinfo=UTC),
        status="failed",
        trigger_type="default",
        cpu_percent=0.31,
        memory_mb=7.39,
        requested_cpus=36.0,
        requested_seconds=432000.0,
        context={"procs_alloc": 36, "queue_wait_s": 1, "app_id": "2"},
    )


def test_what_a_job_does_not_know_stays_unknown() -> None:
    job = convert(LOG)[1]
    assert (job.pipeline, job.owner, job.status) == ("queue9:unknown", "unknown", "cancelled")
    assert job.started_at == job.queued_at
    assert (job.completed_at, job.cpu_percent, job.memory_mb) == (None, None, None)
    assert (job.requested_cpus, job.requested_seconds, job.context) == (None, None, {})


def test_a_job_that_took_no_time_has_no_cpu_share() -> None:
    job = convert(LOG)[2]
    assert (job.completed_at, job.cpu_percent, job.memory_mb) == (job.started_at, None, 0.0)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, "failed"),
        (1, "completed"),
        (2, "cancelled"),
        (3, "completed"),
        (4, "failed"),
        (5, "cancelled"),
        (-1, "cancelled"),
    ],
)
def test_a_status_code_becomes_a_status(code: int, status: str) -> None:
    assert convert(f"; UnixStartTime: 0\n1 0 0 9 1 9 1 1 9 -1 {code} 1 1 1 1 -1 -1 -1\n")[0].status == status


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1 2 3\n", "line 1: the header names no UnixStartTime"),
        ("; UnixStartTime: 0\n1 2 3\n", "line 2 has 3 numbers: a job has 18"),
        ("; UnixStartTime: 0\n\n1 2 three\n", "line 3: .*'three'"),
    ],
)
def test_a_log_that_is_none_is_refused_with_the_line(text: str, problem: str) -> None:
    with pytest.raises(HistoryError, match=problem):
        convert(text)
