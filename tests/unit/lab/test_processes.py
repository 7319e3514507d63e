"""The faults are real: a stage's process fails with the words of the system, and goes well once the fault is over."""

import fcntl

import pytest

from lab.job import Report
from lab.log_lines import log_lines
from lab.workers import Workers
from tests.waiting import eventually

from .conftest import Bench

SAID = {
    "connection_refused": "httpx.ConnectError: [Errno 111] Connection refused",
    "connection_reset": "httpx.ReadError: [Errno 104] Connection reset by peer",
    "service_unavailable": "httpx.HTTPStatusError: Server error '503 Service Unavailable'",
    "rate_limited": "httpx.HTTPStatusError: Client error '429 Too Many Requests'",
    "expired_token": "httpx.HTTPStatusError: Client error '401 Unauthorized'",
    "truncated_file": "EOFError: Compressed file ended before the end-of-stream marker was reached",
    "empty_input": "ValueError: empty input: orders.csv.gz has no rows",
    "disk_full": "OSError: [Errno 28] No space left on device",
    "slow_upstream": "Stage extract exceeded the timeout of 4 s and was killed",
    "memory_limit": "MemoryError",
    "changed_variable": "ValueError: invalid value for CURRENCY: 'EURO' is not one of EUR, USD",
    "wrong_path": "FileNotFoundError: [Errno 2] No such file or directory: '../reference/2027/rates.csv'",
    "module_missing": "ModuleNotFoundError: No module named 'lab_pricing'",
    "assertion": "AssertionError: a total of -7.50 for",
    "race": "RuntimeError: dictionary changed size during iteration",
}


def error(reports: list[Report]) -> str:
    """What the stage that failed said last."""
    return next((report.error for report in reports if report.status == "failed" and report.stage), "")


def log(bench: Bench, stage: str) -> str:
    return (bench.world.folder / "logs" / f"run{bench.runs}.{stage}.1.log").read_text()


def is_held(lock: str) -> bool:
    with open(lock, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_a_healthy_pipeline_goes_well_and_is_measured(bench: Bench):
    *_, transformed, worker = bench.run()
    assert (worker.event, worker.status) == ("worker_ended", "completed")
    assert transformed.rows == bench.wanted.rows
    assert transformed.memory_mb > 5
    assert 0 < transformed.cpu_seconds <= transformed.seconds * 2


@pytest.mark.parametrize("name", SAID)
def test_a_fault_fails_with_the_systems_own_words(bench: Bench, name: str):
    reports = bench.run(name)
    assert error(reports).startswith(SAID[name])
    assert reports[-1].status == "failed"


def test_a_name_that_is_not_known_cannot_be_resolved(bench: Bench):
    assert error(bench.run("dns_failure")).startswith("httpx.ConnectError: [Errno -")
    services = {"source": {"active": "mirror", "choices": ["primary", "mirror"]}}
    assert error(bench.again(services=services)) == ""


def test_a_traceback_is_kept_whole(bench: Bench):
    bench.run("assertion")
    lines = log_lines(log(bench, "transform"))
    assert lines[-1].level == "error"
    assert lines[-1].message.startswith("Traceback (most recent call last):")
    assert lines[-1].message.splitlines()[-1].startswith("AssertionError: a total of -7.50")


@pytest.mark.parametrize(
    ("name", "repair"),
    [
        ("memory_limit", {"memory_mb": 192}),
        ("slow_upstream", {"timeout_seconds": 60}),
        ("changed_variable", {"env": {"CURRENCY": "EUR", "RATES_PATH": "../reference/rates.csv"}}),
        ("connection_reset", {}),
        ("race", {}),
    ],
)
def test_what_repairs_a_fault_repairs_it(bench: Bench, name: str, repair: dict[str, object]):
    assert error(bench.run(name))
    assert error(bench.again(**repair)) == ""


@pytest.mark.parametrize("name", ["memory_limit", "changed_variable", "truncated_file"])
def test_what_does_not_repair_a_fault_does_not(bench: Bench, name: str):
    assert error(bench.run(name)) == error(bench.again())


def test_a_source_that_refused_listens_again(bench: Bench):
    assert error(bench.run("connection_refused"))
    assert error(bench.again())
    bench.world.clear_after(0.1)
    eventually(lambda: not error(bench.again()), within_seconds=10)


def test_the_orchestrators_own_retries_are_honoured(bench: Bench):
    reports = bench.run("connection_reset", retries=1)
    assert [report.status for report in reports if report.event == "stage_ended"] == [
        "failed",
        "completed",
        "completed",
    ]
    assert reports[-1].status == "completed"


def test_a_lock_that_a_process_holds_is_freed_with_its_worker(bench: Bench):
    bench.run()
    job = bench.world.job("hung", "batch", stages=["extract"], config=bench.config, leaves_a_process=True)
    reports = bench.workers.run(job)
    eventually(lambda: is_held(job.lock))
    bench.workers.kill("hung")
    assert [(report.event, report.status) for report in reports] == [("worker_ended", "failed")]
    assert bench.again()[-1].status == "completed"


@pytest.mark.parametrize(
    ("name", "done"), [("wrong_password", "changed the password"), ("revoked_grant", "revoked the grant")]
)
def test_faults_of_the_database_are_brought_about_there(bench: Bench, name: str, done: str):
    bench.run(name)
    assert bench.warehouse.done == [done]


def test_no_worker_outlives_the_process_that_it_was_forked_from(bench: Bench):
    with Workers() as workers:
        bench.run()
        job = bench.world.job("left", "batch", stages=["extract"], config=bench.config, leaves_a_process=True)
        workers.run(job)
        eventually(lambda: is_held(job.lock))
    eventually(lambda: not is_held(job.lock))
