"""A schedule is waited for as soon as it is set; one that was changed, broken or switched off is waited for no more."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.database.lateness_watch import Night, hours_ago

pytest_plugins = ["tests.database.lateness_fixtures"]

HOURLY = "0 * * * *"


def scheduled(night: Night, cron: str | None = HOURLY, **columns: object) -> None:
    """The team's pipeline gets a schedule, and detect hears of it."""
    night.team.owner.update("pipelines", {"schedule_cron": cron, **columns}, id=night.team.pipeline_id)
    night.sweep()
    night.look()


def make_overdue(night: Night) -> None:
    """Let the time that is waited for pass, as no API can."""
    night.database.execute(
        """
        update engine.expectations
        set
            expected_at = expected_at - interval '1 day',
            late_after = late_after - interval '1 day',
            next_expected_at = next_expected_at + interval '1 day',
            missing_after = missing_after + interval '1 day'
        where pipeline_id = %s
        """,
        [night.team.pipeline_id],
    )


def test_a_new_pipeline_with_a_schedule_is_waited_for_before_it_ever_ran(night: Night) -> None:
    row = {"name": "hourly_tides", "schedule_cron": HOURLY}
    night.team.owner.insert("pipelines", row)
    night.sweep()
    assert night.look().pipelines == 1
    (expected_at, source) = night.database.execute(
        """
        select expected_at, source
        from engine.expectations join public.pipelines on pipelines.id = pipeline_id
        where name = %s and pipelines.workspace_id = %s
        """,
        [row["name"], night.team.workspace_id],
    ).fetchone() or (None, None)
    now = datetime.now(UTC)
    assert source == "schedule"
    assert now - timedelta(minutes=1) < expected_at < now + timedelta(hours=1)
    assert expected_at.minute == 0


def test_detect_is_asked_once_and_looks_once(night: Night) -> None:
    night.team.owner.update("pipelines", {"schedule_cron": HOURLY}, id=night.team.pipeline_id)
    night.sweep()
    night.sweep()
    assert (night.look().tasks, night.look().tasks) == (1, 0)


def test_a_change_while_detect_looks_is_looked_at_again(night: Night) -> None:
    scheduled(night)
    stale = night.watched()
    night.team.owner.update("pipelines", {"schedule_cron": "0 3 * * *"}, id=night.team.pipeline_id)
    late = night.learn(night.state(last=hours_ago(0.5)))
    night.team.engine("detect").rpc("store_expectations", payload=[{**late, "since": stale["updated_at"]}])
    assert night.watched()["expected_at"] is None
    night.sweep()
    assert night.look().pipelines == 1
    assert night.watched()["source"] == "schedule"


def test_a_changed_schedule_voids_what_was_late(night: Night) -> None:
    scheduled(night)
    make_overdue(night)
    assert night.sweep() == 1
    scheduled(night, "0 3 1 1 *")
    night.sweep()
    (alert,) = night.alerts()
    assert alert["status"] == "resolved"
    assert "its schedule or settings changed" in alert["evidence"]["closed_because"]


@pytest.mark.parametrize("change", [{"is_active": False}, {"config": {"detection": {"lateness": {"off": True}}}}])
def test_a_pipeline_that_is_switched_off_is_waited_for_no_more(night: Night, change: dict[str, object]) -> None:
    scheduled(night)
    make_overdue(night)
    assert night.sweep() == 1
    night.team.owner.update("pipelines", change, id=night.team.pipeline_id)
    night.sweep()
    (alert,) = night.alerts()
    assert alert["status"] == "resolved"
    night.look()
    # A run that had been under way ends meanwhile.
    night.pipeline.update(change)
    night.learn(night.state(last=hours_ago(1.5)))
    assert night.sweep() == 0


def test_one_that_is_switched_on_again_starts_afresh(night: Night) -> None:
    scheduled(night)
    make_overdue(night)
    night.team.owner.update("pipelines", {"is_active": False}, id=night.team.pipeline_id)
    scheduled(night, HOURLY, is_active=True)
    assert night.sweep() == 0
    assert datetime.fromisoformat(night.watched()["expected_at"]) > datetime.now(UTC) - timedelta(minutes=1)


def test_another_timeout_leaves_what_is_waited_for_alone(night: Night) -> None:
    scheduled(night)
    before = night.watched()
    scheduled(night, HOURLY, timeout_seconds=3600)
    after = night.watched()
    assert after["expected_at"] == before["expected_at"]
    assert (before["stuck_after_seconds"], after["stuck_after_seconds"]) == (None, 4020)


def test_other_changes_of_a_pipeline_ask_for_nothing(night: Night) -> None:
    scheduled(night)
    night.team.owner.update("pipelines", {"config": {"workers": 4}, "name": "tides"}, id=night.team.pipeline_id)
    assert night.watched()["stale_since"] is None


def test_a_schedule_that_never_matches_is_said_once_in_a_sentence_and_closed_when_mended(night: Night) -> None:
    scheduled(night, "0 0 30 2 *")
    assert [night.sweep(), night.sweep()] == [1, 0]
    (alert,) = night.alerts("schedule:")
    assert (alert["severity"], alert["status"]) == ("low", "active")
    assert alert["message"].startswith("The schedule '0 0 30 2 *' never matches")
    scheduled(night)
    night.sweep()
    (alert,) = night.alerts("schedule:")
    assert alert["status"] == "resolved"
