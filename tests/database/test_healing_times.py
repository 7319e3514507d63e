"""When healing acts, waits, or lets be."""

from tests.database.healing_ward import REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


def test_a_history_that_is_replayed_is_not_healed(ward: Ward) -> None:
    ward.policy()
    ward.failed(REFUSED, started_at="2020-01-01T00:00:00Z", completed_at="2020-01-01T00:01:00Z")
    assert ward.heal.claim()["events"] == []


def test_a_run_that_somebody_tries_again_already_is_left_alone(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    ward.team.record(status="running", retry_of=run)
    ward.work()
    assert ward.queued() == []


def test_during_maintenance_healing_waits_and_acts_after_it(ward: Ward) -> None:
    ward.policy()
    window = {**ward.place, "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00Z"}
    ward.team.owner.insert("maintenance_windows", window)
    run = ward.failed(REFUSED)
    ward.work()
    assert (ward.plan(run)["reasons"][0], ward.queued()) == ("maintenance is under way", [])
    ward.owned.execute("delete from maintenance_windows where workspace_id = %s", [ward.workspace_id])
    ward.owned.execute("update healing_plans set act_after = now() where workspace_id = %s", [ward.workspace_id])
    ward.tend()
    ward.work()
    assert len(ward.queued()) == 1


def test_a_plan_that_waited_too_long_is_void_once_the_pipeline_ran_again(ward: Ward) -> None:
    ward.policy(actions_per_hour=0)
    run = ward.failed(REFUSED)
    ward.work()
    ward.team.record(status="completed")
    ward.policy()
    ward.owned.execute("update healing_plans set act_after = now() where workspace_id = %s", [ward.workspace_id])
    ward.tend()
    ward.work()
    assert (ward.plan(run)["status"], ward.queued()) == ("void", [])


def test_the_cooldown_lies_between_failures_and_not_between_the_rungs_of_one(ward: Ward) -> None:
    ward.policy(cooldown_seconds=3600)
    ward.failed(REFUSED)
    ward.work()
    again = ward.end("failed")
    ward.work()
    ward.explain(again, REFUSED)
    ward.work()
    assert len(ward.queued()) == 1
    ward.end("completed")
    ward.work()
    other = ward.failed(REFUSED)
    ward.work()
    assert "cooldown" in ward.plan(other)["reasons"][0]
    assert ward.queued() == []


def test_a_hung_run_has_its_worker_restarted(ward: Ward) -> None:
    ward.policy()
    run = ward.team.start()
    ward.owned.execute(
        """
        insert into detections (workspace_id, pipeline_id, execution_id, phase, score, is_anomaly, model_version)
        values (%s, %s, %s, 'stuck', 0.8, true, 'rule:stuck_run')
        """,
        [ward.workspace_id, ward.pipeline_id, run],
    )
    ward.work()
    (queued,) = ward.queued()
    assert (queued["retry_of"], queued["metadata"]["restart_worker"]) == (run, True)


def test_a_healthy_run_is_left_alone(ward: Ward) -> None:
    ward.policy()
    run = ward.team.record(status="completed")
    ward.explain(run, REFUSED)
    ward.work()
    assert (ward.queued(), ward.team.owner.rows("healing_plans")) == ([], [])
