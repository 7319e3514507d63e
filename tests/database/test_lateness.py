"""Late, then missing, said once each; closed by itself when the run comes."""

from datetime import timedelta

from tests.database.lateness_watch import HOUR, Night, hours_ago

pytest_plugins = ["tests.database.lateness_fixtures"]


def test_a_run_that_does_not_come_is_said_once_with_what_was_expected(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.5)))
    assert night.sweep() == 1
    assert night.sweep() == 0
    (alert,) = night.alerts()
    assert (alert["status"], alert["severity"]) == ("active", "medium")
    assert alert["subject"] == f"late:{night.team.pipeline_id}"
    assert alert["title"] == "nightly_load is late"
    (said,) = night.detections()
    assert said.items() >= {"execution_id": None, "is_anomaly": True, "model_version": "rule:late_run"}.items()
    assert said["phase"].startswith("late:20")
    (reason,) = said["reasons"]
    assert reason["text"].endswith(" UTC, 30 min ago; usually starts at most 1 h after the one before")
    assert reason.keys() == {
        "feature", "value", "expected_low", "expected_high", "unit", "direction", "weight", "text",
    }  # fmt: skip


def test_a_run_that_came_in_time_is_not_late(night: Night) -> None:
    last = hours_ago(1.5)
    night.learn(night.state(last=last))
    came = (last + 0.9 * HOUR).isoformat()
    night.team.record(started_at=came, created_at=came)
    assert night.sweep() == 0
    assert night.alerts() == []


def test_late_becomes_missing_on_the_same_alert_when_the_next_one_is_late_too(night: Night) -> None:
    night.learn(night.state(last=hours_ago(2.1)))
    assert night.sweep() == 1
    night.database.execute(
        "update engine.expectations set missing_after = now() where pipeline_id = %s", [night.team.pipeline_id]
    )
    assert [night.sweep(), night.sweep()] == [1, 0]
    (alert,) = night.alerts()
    assert (alert["severity"], alert["model_version"]) == ("high", "rule:missing_run")
    assert alert["title"] == "nightly_load has not run"
    late, missing = night.detections()
    assert (late["guardrail_action"], missing["guardrail_action"]) == ("watch", "hold_downstream")
    assert "did not start either" in missing["reasons"][0]["text"]


def test_it_is_closed_by_the_run_that_comes_and_says_so(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.5)))
    night.sweep()
    run = night.team.start()
    assert night.sweep() == 0
    (alert,) = night.alerts()
    assert alert["status"] == "resolved"
    assert alert["evidence"]["closed_because"] == "the run came"
    assert alert["evidence"]["closed_by_execution_id"] == run
    night.sweep()
    assert len(night.detections()) == 1


def test_a_run_recorded_a_week_late_neither_closes_nor_raises(night: Night) -> None:
    state = night.state(last=hours_ago(1.5))
    night.learn(state)
    night.sweep()
    night.team.record(status="completed", started_at=hours_ago(7 * 24).isoformat())
    night.sweep()
    # Detect completes the event: its last start is the same as before.
    night.learn(state, now=hours_ago(0))
    assert night.sweep() == 0
    (alert,) = night.alerts()
    assert alert["status"] == "active"


def test_a_history_that_ends_long_ago_raises_nothing(night: Night) -> None:
    night.learn(night.state(last=hours_ago(7 * 24)), now=hours_ago(0))
    assert night.sweep() == 0
    assert night.watched()["note"].startswith("it has stood still")


def test_a_lateness_that_somebody_resolved_is_not_raised_again(night: Night) -> None:
    night.learn(night.state(last=hours_ago(2.1)))
    night.sweep()
    (alert,) = night.alerts()
    night.team.owner.update("alerts", {"status": "resolved"}, id=alert["id"])
    night.database.execute(
        "update engine.expectations set missing_after = now() where pipeline_id = %s", [night.team.pipeline_id]
    )
    night.sweep()
    (alert,) = night.alerts()
    assert alert["status"] == "resolved"


def test_the_next_lateness_is_a_new_alert(night: Night) -> None:
    night.learn(night.state(last=hours_ago(3.5)))
    night.sweep()
    came = hours_ago(1.5)
    night.team.record(status="completed", started_at=came.isoformat(), created_at=came.isoformat())
    night.learn(night.state(last=came))
    assert night.sweep() == 1
    first, second = night.alerts()
    assert (first["status"], second["status"]) == ("resolved", "active")


def test_a_repeated_run_is_not_the_one_that_is_waited_for(night: Night) -> None:
    last = hours_ago(1.5)
    night.learn(night.state(last=last))
    soon = (last + timedelta(minutes=15)).isoformat()
    night.team.record(started_at=soon, created_at=soon, attempt=2)
    assert night.sweep() == 1


def test_other_workspaces_hear_nothing(night: Night) -> None:
    stranger = night.team.member("viewer")
    night.learn(night.state(last=hours_ago(1.5)))
    (other,) = night.team.gathered(night.team.description, night.team.http).owner.rows("workspaces")
    night.sweep()
    assert {row["workspace_id"] for row in stranger.rows("alerts")} == {night.team.workspace_id}
    assert night.database.execute("select from public.alerts where workspace_id = %s", [other["id"]]).fetchall() == []
