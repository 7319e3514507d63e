"""The stand-in of pg_cron."""

import itertools
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.stack import Stack
from tests.waiting import eventually

Connection = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def database(stack: Stack) -> Iterator[Connection]:
    with psycopg.connect(stack.description.database_url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("create schema if not exists crontest")
        connection.execute(
            "create table crontest.ticks (at timestamptz default clock_timestamp(), who text default current_user)"
        )
        yield connection
        connection.execute("delete from cron.job where jobname like 'test-%'")
        connection.execute("drop schema crontest cascade")


def rows(database: Connection, statement: str) -> list[dict[str, Any]]:
    return database.execute(statement.encode()).fetchall()


def runs(database: Connection, job_name: str) -> list[dict[str, Any]]:
    return database.execute(
        """
        select run.*
        from cron.job_run_details as run
        join cron.job using (jobid)
        where
            jobname = %s
            and run.end_time is not null
        order by run.runid
        """,
        [job_name],
    ).fetchall()


def schedule(database: Connection, name: str, *, every: str, command: str) -> int:
    row = database.execute("select cron.schedule(%s, %s, %s) as id", [name, every, command]).fetchone()
    assert row is not None
    return int(row["id"])


def test_a_job_runs_again_and_again_as_its_owner_and_is_recorded(database: Connection):
    schedule(database, "test-tick", every="1 second", command="insert into crontest.ticks default values")
    ticks = eventually(lambda: (found := rows(database, "select * from crontest.ticks")) and len(found) >= 2 and found)
    assert {tick["who"] for tick in ticks} == {"postgres"}
    recorded = eventually(lambda: runs(database, "test-tick"))
    assert recorded[0]["status"] == "succeeded"
    assert recorded[0]["return_message"] == "INSERT 0 1"
    assert recorded[0]["start_time"] <= recorded[0]["end_time"]


def test_a_failing_job_is_recorded_and_tried_again(database: Connection):
    schedule(database, "test-fail", every="1 second", command="select 1/0")
    recorded = eventually(lambda: (found := runs(database, "test-fail")) and len(found) >= 2 and found)
    assert recorded[0]["status"] == "failed"
    assert "division by zero" in recorded[0]["return_message"]


def test_a_job_may_be_several_statements(database: Connection):
    command = "insert into crontest.ticks default values; insert into crontest.ticks default values"
    schedule(database, "test-two", every="1 second", command=command)
    eventually(lambda: len(rows(database, "select * from crontest.ticks")) >= 2)


def test_a_job_never_runs_beside_itself(database: Connection):
    database.execute("create table crontest.spans (started timestamptz, ended timestamptz)")
    command = """
        insert into crontest.spans
        select clock_timestamp() as started, case when pg_sleep(1.4) is not null then clock_timestamp() end
    """
    schedule(database, "test-slow", every="1 second", command=command)
    spans = eventually(
        lambda: (
            (found := rows(database, "select * from crontest.spans order by started")) and len(found) >= 3 and found
        ),
        within_seconds=20,
    )
    assert all(earlier["ended"] <= later["started"] for earlier, later in itertools.pairwise(spans))


def test_scheduling_a_name_again_replaces_the_job(database: Connection):
    first = schedule(database, "test-name", every="59 seconds", command="select 1")
    again = schedule(database, "test-name", every="*/5 * * * *", command="select 2")
    assert first == again
    (job,) = rows(database, "select * from cron.job where jobname = 'test-name'")
    assert (job["schedule"], job["command"], job["active"]) == ("*/5 * * * *", "select 2", True)


def test_an_unscheduled_job_is_gone(database: Connection):
    job_id = schedule(database, "test-gone", every="59 seconds", command="select 1")
    database.execute("select cron.unschedule('test-gone')")
    assert rows(database, "select * from cron.job where jobname = 'test-gone'") == []
    with pytest.raises(psycopg.errors.RaiseException, match="could not find valid entry for job 'test-gone'"):
        database.execute("select cron.unschedule('test-gone')")
    with pytest.raises(psycopg.errors.RaiseException, match=f"could not find valid entry for job {job_id}"):
        database.execute("select cron.unschedule(%s::bigint)", [job_id])


@pytest.mark.parametrize("nonsense", ["", "60 seconds", "0 seconds", "soon", "* * * *"])
def test_a_schedule_that_is_none_is_refused(database: Connection, nonsense: str):
    with pytest.raises(psycopg.errors.RaiseException, match="invalid schedule"):
        schedule(database, "test-nonsense", every=nonsense, command="select 1")
