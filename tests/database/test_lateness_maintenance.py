"""Maintenance windows: what does not come in one is excused and counted."""

from datetime import datetime

import pytest

from tests.database.lateness_watch import Night, hours_ago

pytest_plugins = ["tests.database.lateness_fixtures"]


moment = datetime.fromisoformat


def window(night: Night, *, begin: float, end: float, of_pipeline: bool = True) -> None:
    """A maintenance window from ``begin`` to ``end`` hours ago."""
    night.team.owner.insert(
        "maintenance_windows",
        {
            "workspace_id": night.team.workspace_id,
            "pipeline_id": night.team.pipeline_id if of_pipeline else None,
            "starts_at": hours_ago(begin).isoformat(),
            "ends_at": hours_ago(end).isoformat(),
        },
    )


@pytest.mark.parametrize("of_pipeline", [True, False])
def test_a_run_that_was_due_in_a_window_is_excused_and_counted(night: Night, of_pipeline: bool) -> None:
    night.learn(night.state(last=hours_ago(1.5)))
    window(night, begin=1.0, end=0.4, of_pipeline=of_pipeline)
    assert night.sweep() == 0
    assert night.alerts() == []
    (excused,) = night.detections()
    assert (excused["is_anomaly"], excused["guardrail_action"]) == (False, "continue")
    assert "maintenance_window_id" in excused["evidence"]
    assert night.watched()["suppressed"] == 1
    night.sweep()
    assert night.watched()["suppressed"] == 1


def test_the_run_after_the_window_is_waited_for_again(night: Night) -> None:
    row = night.learn(night.state(last=hours_ago(2.05)))
    window(night, begin=1.2, end=0.9)
    night.sweep()
    assert moment(night.watched()["expected_at"]) == moment(row["next_expected_at"])
    night.database.execute(
        "update engine.expectations set late_after = expected_at where pipeline_id = %s", [night.team.pipeline_id]
    )
    assert night.sweep() == 1
    (alert,) = night.alerts()
    assert alert["evidence"]["suppressed_by_maintenance"] == 1


def test_a_run_recorded_late_does_not_bring_back_what_was_excused(night: Night) -> None:
    state = night.state(last=hours_ago(1.5))
    night.learn(state)
    window(night, begin=1.0, end=0.4)
    night.sweep()
    awaited = night.watched()["expected_at"]
    night.learn(state)
    assert night.watched()["expected_at"] == awaited


def test_a_window_over_several_runs_waits_one_time_as_long_from_its_end(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.5)))
    window(night, begin=1.0, end=-5.0)
    night.sweep()
    moved = night.database.execute(
        "select extract(epoch from expected_at - now()) / 3600 from engine.expectations where pipeline_id = %s",
        [night.team.pipeline_id],
    ).fetchone()
    assert moved is not None
    assert float(moved[0]) == pytest.approx(6.0, abs=0.05)


def test_a_window_of_another_time_or_pipeline_excuses_nothing(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.5)))
    window(night, begin=9.0, end=8.0)
    other = night.team.pipeline("fog_horn")
    night.team.owner.insert(
        "maintenance_windows",
        {
            "workspace_id": night.team.workspace_id,
            "pipeline_id": other,
            "starts_at": hours_ago(2).isoformat(),
            "ends_at": hours_ago(-2).isoformat(),
        },
    )
    assert night.sweep() == 1


def test_while_a_window_is_open_nothing_becomes_missing_or_stuck(night: Night) -> None:
    night.learn(night.state(last=hours_ago(1.5)))
    assert night.sweep() == 1
    night.database.execute(
        "update engine.expectations set missing_after = late_after where pipeline_id = %s", [night.team.pipeline_id]
    )
    window(night, begin=0.1, end=-1.0)
    at = hours_ago(2.0).isoformat()
    night.team.start(started_at=at, created_at=at)
    assert night.sweep() == 0
    night.database.execute(
        "update public.maintenance_windows set ends_at = now() - interval '1 min' where workspace_id = %s",
        [night.team.workspace_id],
    )
    assert night.sweep() == 2
