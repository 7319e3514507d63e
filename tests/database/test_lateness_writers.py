"""Who may say what is expected, and who waits for whom."""

import json
from datetime import UTC, datetime, timedelta

import psycopg

from tests.database.lateness_watch import Night, hours_ago

pytest_plugins = ["tests.database.lateness_fixtures"]

HOURLY = "0 * * * *"


def test_nobody_waits_for_a_person_who_changes_a_schedule_and_does_not_commit(night: Night) -> None:
    state = night.state(last=hours_ago(1.5))
    night.learn(state)
    with night.team.writer() as writer:
        writer.execute("update public.pipelines set schedule_cron = %s where id = %s", [HOURLY, night.team.pipeline_id])
        night.database.execute("set statement_timeout = '2s'")
        night.learn(night.state(last=hours_ago(0.4)))
        assert night.sweep() == 0
        night.database.execute("reset statement_timeout")
    night.sweep()
    assert night.look().pipelines == 1


def test_only_detect_says_what_is_expected_and_only_of_its_workspace(night: Night) -> None:
    row = night.learn(night.state(last=hours_ago(0.5)))
    response = night.team.engine("predict").call("POST", "rpc/store_expectations", json={"payload": [row]})
    assert response.status_code in (401, 403)
    other = night.team.gathered(night.team.description, night.team.http)
    assert other.engine("detect").rpc("store_expectations", payload=[{**row, "last_start": None}]) == 0
    assert other.engine("detect").rpc("stale_expectations") == []
    assert night.watched()["last_start"] is not None


def test_a_completion_during_the_sweep_is_made_up_for(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.5)))
    with psycopg.connect(night.team.description.database_url) as sweeper:
        assert sweeper.execute("select engine.sweep_late()").fetchone() == (1,)
        # Meanwhile the run comes and ends, and detect completes it.
        came = hours_ago(0.3)
        run = night.team.record(status="completed", started_at=came.isoformat(), created_at=came.isoformat())
        claim = night.team.engine("detect").claim()
        night.team.engine("detect").complete(claim)
        assert {event["execution"]["id"] for event in claim["events"]} == {run}
        night.learn(night.state(last=came))
    assert night.watched()["late_said_at"] is not None, "the row was locked"
    night.sweep()
    (alert,) = night.alerts()
    assert alert["evidence"]["closed_by_execution_id"] == run
    assert night.look().pipelines == 1
    night.sweep()
    assert night.look().tasks == 0


def test_a_repeated_run_that_stands_in_is_looked_at_once(night: Night) -> None:
    state = night.state(last=hours_ago(1.5))
    night.learn(state)
    night.sweep()
    night.database.execute(
        """
        insert into engine.pipeline_state (engine, pipeline_id, workspace_id, etag, state)
        values ('detect', %s, %s, repeat('0', 64), %s)
        """,
        [night.team.pipeline_id, night.team.workspace_id, json.dumps(state.to_json())],
    )
    night.team.record(status="completed", attempt=2, started_at=hours_ago(0.2).isoformat())
    detect = night.team.engine("detect")
    detect.complete(detect.claim())
    night.sweep()
    assert night.look().pipelines == 1
    (alert,) = night.alerts()
    assert alert["status"] == "resolved"
    assert datetime.fromisoformat(night.watched()["expected_at"]) > datetime.now(UTC) + timedelta(minutes=50)
    night.sweep()
    assert night.look().tasks == 0
