"""A person's word about models: any rung, a share for a canary, pins on the record; and what healing was worth."""

from tests.database.observatory import Observatory
from tests.database.roastery import store
from tests.database.training_school import KIND

pytest_plugins = ["tests.database.training_fixtures"]


def test_a_person_puts_a_version_on_any_rung_and_says_how_much_a_canary_serves(observatory: Observatory) -> None:
    school = observatory.school
    version = school.registered()["model_version_id"]
    for rung, other in (("shadow", {}), ("canary", {"percent": 25})):
        assert school.team.owner.rpc("promote_model", version=version, to_rung=rung, **other) == 1
    assert (school.deployment("canary") or {})["canary_percent"] == 25
    assert school.deployment("shadow") is None, "beside itself it would always pass"
    assert school.team.owner.rpc("promote_model", version=version, to_rung="canary", percent=50) == 1
    assert (school.deployment("canary") or {})["canary_percent"] == 50
    claim = school.team.engine("predict").claim()
    assert [(one["rung"], one["percent"]) for one in claim["challengers"][KIND]] == [("canary", 50)]
    assert school.team.owner.rpc("promote_model", version=version, to_rung="production") == 1
    assert school.deployment("canary") is None


def test_a_share_is_for_canaries_and_between_0_and_100(observatory: Observatory) -> None:
    version = observatory.school.registered()["model_version_id"]
    for rung, percent in (("production", 10), ("canary", 101)):
        asked = {"version": version, "to_rung": rung, "percent": percent}
        assert observatory.school.team.owner.call("POST", "rpc/promote_model", json=asked).status_code == 400
        assert observatory.school.deployment(rung) is None


def test_pins_are_on_record_with_who_set_them(observatory: Observatory) -> None:
    version = observatory.deployed("production")
    owner = observatory.school.team.owner
    of = {"of_workspace": observatory.school.team.workspace_id, "of_kind": KIND}
    for pinned in (True, True, False):
        assert owner.rpc("pin_model", **of, pinned=pinned)
    changes = owner.rows("model_changes", changed_by=owner.user_id)
    told = sorted((change["action"], change["to_version_id"], change["generation"]) for change in changes)
    assert told == [("pinned", version, 1), ("unpinned", version, 1)]
    assert owner.rpc("roll_back_model", **of) == 2


def test_healing_is_worth_the_difference_between_healed_and_unhealed_failures(observatory: Observatory) -> None:
    team = observatory.school.team
    assert observatory.school.trainer.rpc("rollout_state")["healing"] is None
    for minute, healed in ((0, False), (20, True), (40, False)):
        times = {"started_at": f"2026-11-24T02:{minute:02}:00Z", "completed_at": f"2026-11-24T02:{minute:02}:30Z"}
        failure = team.record(**times)
        if healed:
            decided = {"workspace_id": team.workspace_id, "model_version": "rule:test"}
            plan = {**decided, "pipeline_id": team.pipeline_id, "execution_id": failure, "plan_hash": "h"}
            plan_id = store(observatory.database, "healing_plans", plan | {"id": failure})["id"]
            action = {"plan_id": plan_id, "action": "retry_stage", "risk_tier": 1, "status": "effective"}
            store(observatory.database, "healing_actions", decided | action)
        repaired = minute + (5 if healed else 15)
        team.record(status="completed", completed_at=f"2026-11-24T02:{repaired:02}:30Z")
    healing = observatory.school.trainer.rpc("rollout_state")["healing"]
    assert healing == {
        "failures_healed": 1,
        "failures_unhealed": 2,
        "recovered_share_healed": 1,
        "recovered_share_unhealed": 0,
        "recovery_lift": 1,
        "mttr_seconds_healed": 300,
        "mttr_seconds_unhealed": 900,
        "mttr_delta_seconds": -600,
    }
