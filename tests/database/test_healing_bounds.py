"""What an engine cannot do, whatever it asks for."""

import pytest

from tests.database.healing_ward import OUT_OF_MEMORY, REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


def test_a_cap_that_two_plans_reach_at_once_holds(ward: Ward) -> None:
    ward.policy(actions_per_hour=1)
    first = ward.failed(REFUSED)
    claim = ward.heal.claim()
    (plan,) = ward.decided(claim)["healing_plans"]
    second = ward.team.record()
    rival = {**plan, "execution_id": second, "root_cause_id": None, "plan_hash": "another"}
    answer = ward.heal.complete(claim, healing_plans=[plan, rival])
    assert [one["why"] for one in answer["refused"]] == ["a cap is reached"]
    assert (len(ward.actions(first)), ward.actions(second)) == (1, [])


def test_an_engine_sets_nothing_but_what_healing_may_set(ward: Ward) -> None:
    ward.policy(highest_tier_alone=3)
    ward.configure({"memory_mb": 512, "env": {"LAMP": "gas"}})
    ward.failed(OUT_OF_MEMORY)
    claim = ward.heal.claim()
    (plan,) = ward.decided(claim)["healing_plans"]
    plan["steps"][0]["changes"] = [{"path": ["env", "LAMP"], "before": "gas", "after": "rm -rf"}]
    refused = ward.heal.call(
        "POST", "rpc/complete_healing_plans", json={"payload": {"lease": claim["lease"], "healing_plans": [plan]}}
    )
    assert refused.status_code == 400
    assert "healing may not set env.LAMP" in refused.json()["message"]
    assert ward.team.owner.rows("healing_plans") == []


@pytest.mark.parametrize(
    "lie",
    [
        {"risk_tier": 3},
        {"rollback_to": 1},
        {"changes": [{"path": ["memory_mb"], "before": 512, "after": 4096}]},
        {"action": "rollback_config", "rollback_to": 1},
        {"action": "rollback_config", "risk_tier": 3, "rollback_to": 1},
        {"action": "scale_resources", "changes": [{"path": ["memory_mb"], "before": 512, "after": 4096}]},
    ],
)
def test_a_step_that_is_not_what_its_action_may_be_is_not_done(ward: Ward, lie: dict) -> None:
    ward.policy(highest_tier_alone=3)
    ward.configure({"memory_mb": 512})
    run = ward.failed(REFUSED)
    claim = ward.heal.claim()
    (plan,) = ward.decided(claim)["healing_plans"]
    plan["steps"][0] |= lie
    assert "may be" in ward.heal.complete(claim, healing_plans=[plan])["refused"][0]["why"]
    assert (ward.plan(run)["status"], ward.queued(), ward.config()) == ("void", [], {"memory_mb": 512})


def test_a_stage_that_ran_and_may_not_run_twice_is_not_run_again_whatever_the_plan_says(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    claim = ward.heal.claim()
    decided = ward.decided(claim)
    ward.team.owner.insert("execution_stages", {"execution_id": run, "stage_name": "lamp", "status": "failed"})
    ward.team.owner.update("pipeline_stages", {"idempotency": "unsafe"}, pipeline_id=ward.pipeline_id)
    assert "run twice" in ward.heal.complete(claim, **decided)["refused"][0]["why"]
    assert ward.queued() == []


def test_an_engine_switches_to_no_service_that_the_pipeline_does_not_name(ward: Ward) -> None:
    ward.policy(highest_tier_alone=3)
    ward.configure({"services": {"oil": {"active": "north", "choices": ["north", "south"]}}})
    ward.failed(REFUSED)
    claim = ward.heal.claim()
    (plan,) = ward.decided(claim)["healing_plans"]
    change = {"path": ["services", "oil", "active"], "before": "north", "after": "evil.example"}
    plan["steps"][0] |= {"action": "switch_fallback", "risk_tier": 2, "changes": [change]}
    refused = ward.heal.call(
        "POST", "rpc/complete_healing_plans", json={"payload": {"lease": claim["lease"], "healing_plans": [plan]}}
    )
    assert "healing may not set services.oil.active" in refused.json()["message"]
    assert ward.config()["services"]["oil"]["active"] == "north"


def test_other_engines_neither_see_nor_store_healing(ward: Ward) -> None:
    run = ward.failed(REFUSED)
    rca = ward.team.engine("rca")
    assert rca.call("POST", "rpc/healing_context", json={"of_execution": run}).status_code == 403
    assert rca.call("POST", "rpc/complete_healing_plans", json={"payload": {}}).status_code == 403
