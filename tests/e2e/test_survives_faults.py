"""What a part of the stack that is killed, away or wrong must never cost: a run, a decision, or a second one."""

import os
import signal
import time
import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from upstash_redis import Redis

from local.stack import Stack
from tests.waiting import eventually

from .conftest import Roastery

AN_HOUR_AHEAD = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

pytestmark = pytest.mark.usefixtures("impatient")


def states(owner: psycopg.Connection, pipeline: dict) -> int:
    """The runs that detect has learned of a pipeline."""
    row = owner.execute(
        "select (state::jsonb ->> 'runs')::int from engine.pipeline_state where engine = 'detect' and pipeline_id = %s",
        [pipeline["id"]],
    ).fetchone()
    return row[0] if row else 0


def test_a_function_killed_between_claim_and_complete_is_replaced_by_another(
    stack: Stack, roastery: Roastery, owner: psycopg.Connection
) -> None:
    pipeline = roastery.pipeline()
    roastery.decided("detections", roastery.run(pipeline, 1))
    # A Redis that does not answer holds the function for a moment where it reads what it has learned.
    cache = stack.description.processes["redis-rest"]
    os.kill(cache, signal.SIGSTOP)
    try:
        execution_id = roastery.run(pipeline, 2)
        eventually(
            lambda: (
                owner.execute(
                    "select from engine.queues where engine = 'detect' and pipeline_id = %s and lease is not null",
                    [pipeline["id"]],
                ).rowcount
            ),
            every_seconds=0.005,
        )
        stack.kill("functions")
    finally:
        os.kill(cache, signal.SIGCONT)
    assert roastery.rows("detections", execution_id=execution_id) == []
    assert states(owner, pipeline) == 1
    stack.start("functions")
    roastery.decided("detections", execution_id, within_seconds=40)
    assert states(owner, pipeline) == 2


def test_wake_ups_that_are_lost_are_sent_again_by_the_sweep(
    stack: Stack, roastery: Roastery, owner: psycopg.Connection
) -> None:
    pipeline = roastery.pipeline()
    stack.kill("wake-ups")
    execution_id = roastery.run(pipeline)
    owner.execute("delete from net.http_request_queue")
    stack.start("wake-ups")
    roastery.decided("predictions", execution_id, within_seconds=40)
    roastery.decided("detections", execution_id, within_seconds=40)


def test_redis_away_costs_nothing_and_redis_back_with_stale_state_is_not_believed(
    stack: Stack, roastery: Roastery, owner: psycopg.Connection
) -> None:
    pipeline = roastery.pipeline()
    roastery.decided("detections", roastery.run(pipeline, 1))
    stale = owner.execute(
        "select state from engine.pipeline_state where engine = 'detect' and pipeline_id = %s", [pipeline["id"]]
    ).fetchone()[0]
    stack.stop("redis")
    try:
        roastery.decided("detections", roastery.run(pipeline, 2))
        assert states(owner, pipeline) == 2
    finally:
        stack.start("redis")
    redis = Redis(stack.description.redis_url, stack.description.redis_token)
    for wrong in (stale, "rubbish", '{"version": 1}'):
        redis.set(f"flexiroaster:state:detect:{pipeline['id']}", wrong)
        before = states(owner, pipeline)
        roastery.decided("detections", roastery.run(pipeline, 3 + before))
        assert states(owner, pipeline) == before + 1


def test_a_run_delivered_twice_is_decided_once(roastery: Roastery, owner: psycopg.Connection) -> None:
    pipeline = roastery.pipeline()
    execution_id = roastery.run(pipeline)
    first = roastery.decided("detections", execution_id)
    owner.execute(
        "update engine.events set done_at = null, created_at = now() - interval '1 hour' where execution_id = %s",
        [execution_id],
    )
    eventually(
        lambda: (
            not owner.execute(
                "select from engine.events where execution_id = %s and done_at is null", [execution_id]
            ).rowcount
        ),
        within_seconds=40,
    )
    assert roastery.decided("detections", execution_id) == first
    assert len(roastery.rows("predictions", execution_id=execution_id)) == 1
    assert states(owner, pipeline) == 1


def test_an_end_that_comes_before_its_start_is_decided_once(roastery: Roastery, owner: psycopg.Connection) -> None:
    pipeline = roastery.pipeline()
    run = {"id": str(uuid.uuid4()), "pipeline_id": pipeline["id"], "started_at": "2026-01-01T06:00:00Z"}
    end = run | {"status": "failed", "completed_at": "2026-01-01T06:10:00Z", "error_message": "no beans"}
    roastery.client.rpc("ingest", {"payload": {"executions": [end]}}).execute()
    roastery.client.rpc("ingest", {"payload": {"executions": [run | {"status": "running"}]}}).execute()
    roastery.decided("detections", run["id"])
    roastery.decided("predictions", run["id"])
    assert roastery.rows("executions", id=run["id"])[0]["status"] == "failed"
    assert states(owner, pipeline) == 1


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"error_message": "boom " * 1_000_000, "status": "failed"}, id="5 MB of error"),
        pytest.param({"duration_seconds": "NaN", "rows_processed": "Infinity"}, id="NaN and infinity"),
        pytest.param({"duration_seconds": -5, "data_volume_mb": -1}, id="negative"),
        pytest.param(
            {"started_at": "2099-01-01T01:00:00Z", "completed_at": "2026-01-01T00:00:00Z"}, id="a lifetime ahead"
        ),
        pytest.param({"started_at": AN_HOUR_AHEAD, "completed_at": AN_HOUR_AHEAD}, id="an hour ahead"),
        pytest.param({"started_at": None, "duration_seconds": None}, id="no times at all"),
        pytest.param({"metadata": {"a": {"b": [1] * 5000}, "c": "x" * 70_000, "n": 1e308}}, id="odd metadata"),
        pytest.param({"attempt": 2_000_000_000}, id="two billion attempts"),
    ],
)
def test_hostile_rows_are_decided_and_hold_nobody_up(roastery: Roastery, columns: dict) -> None:
    pipeline = roastery.pipeline(name=f"'; drop table executions; -- {time.time_ns()} ),id.neq.0 ☕")
    hostile = roastery.run(pipeline, 1, **columns)
    after = roastery.run(pipeline, 2)
    for execution_id in (hostile, after):
        roastery.decided("predictions", execution_id)
        roastery.decided("detections", execution_id)
