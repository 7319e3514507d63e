"""A run that goes on for much longer than it should."""

from tests.database.lateness_watch import Night, hours_ago

pytest_plugins = ["tests.database.lateness_fixtures"]


def started(night: Night, hours: float, **columns: object) -> str:
    at = hours_ago(hours).isoformat()
    return night.team.start(**{"started_at": at, "created_at": at, **columns})


def test_a_stuck_run_is_said_once_and_closed_when_it_ends(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.0)))
    run = started(night, 0.75)
    assert [night.sweep(), night.sweep()] == [1, 0]
    (alert,) = night.alerts("stuck:")
    assert (alert["subject"], alert["execution_id"], alert["severity"]) == (f"stuck:{run}", run, "high")
    (said,) = night.detections()
    assert said.items() >= {"execution_id": run, "phase": "stuck", "model_version": "rule:stuck_run"}.items()
    assert said["reasons"][0]["text"] == "has been running for 45 min; usually takes 10 min"
    night.team.owner.update("executions", {"status": "completed"}, id=run)
    night.sweep()
    (alert,) = night.alerts("stuck:")
    assert (alert["status"], alert["evidence"]["closed_because"]) == ("resolved", "the run ended: completed")


def test_a_run_within_three_times_the_usual_is_left_alone(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.0)))
    started(night, 0.45)
    assert night.sweep() == 0


def test_nothing_is_stuck_while_durations_are_learned(night: Night) -> None:
    night.learn(night.state(last=hours_ago(3.0), runs=6))
    started(night, 2.5)
    assert night.sweep() == 0
    assert night.alerts("stuck:") == []


def test_a_run_that_was_queued_and_never_started_is_stuck_too(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.0)))
    night.team.record(status="queued", created_at=hours_ago(0.75).isoformat())
    assert night.sweep() == 1
    assert night.detections()[0]["reasons"][0]["text"].startswith("has been waiting to run for 45 min")


def test_a_run_recorded_late_and_one_given_up_long_ago_are_not_stuck(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.0)))
    night.team.start(started_at=hours_ago(7 * 24).isoformat())
    started(night, 30 * 24)
    assert night.sweep() == 0
