"""Acting: all of it or nothing, once, and only while it is what was decided."""

from concurrent.futures import ThreadPoolExecutor

from tests.database.healing_ward import CHANGED, OUT_OF_MEMORY, REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


def test_a_run_is_queued_for_the_failed_stage(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    ward.work()
    (queued,) = ward.queued()
    (action,) = ward.actions(run)
    assert (queued["retry_of"], queued["trigger_type"], queued["triggered_by"]) == (run, "healing", "heal")
    assert (queued["id"], queued["metadata"]["healing_action_id"]) == (action["healing_execution_id"], action["id"])
    assert (action["status"], ward.plan(run)["status"]) == ("acted", "acting")


def test_a_setting_is_changed_together_with_its_snapshot(ward: Ward) -> None:
    ward.policy(highest_tier_alone=2)
    ward.configure({"memory_mb": 512, "env": {"LAMP": "gas"}})
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    assert ward.config() == {"memory_mb": 768, "env": {"LAMP": "gas"}}
    (action,) = ward.actions(run)
    assert action["snapshot"]["config"] == {"memory_mb": 512, "env": {"LAMP": "gas"}}
    assert action["config_version_after"] == ward.version()
    acted = [row for row in ward.team.owner.rows("healing_audit") if row["event"] == "acted"]
    assert [(row["before"]["memory_mb"], row["after"]["memory_mb"]) for row in acted] == [(512, 768)]


def test_one_killed_between_deciding_and_acting_leaves_it_to_the_next(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    ward.decided(ward.heal.claim())
    ward.owned.execute(
        "update engine.queues set leased_until = now() - interval '1 s' where workspace_id = %s", [ward.workspace_id]
    )
    ward.work()
    assert len(ward.queued()) == len(ward.actions(run)) == 1


def test_one_that_completes_late_acts_no_more(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    late = ward.heal.claim()
    decided = ward.decided(late)
    ward.owned.execute(
        "update engine.queues set leased_until = now() - interval '1 s' where workspace_id = %s", [ward.workspace_id]
    )
    ward.work()
    assert ward.heal.complete(late, **decided)["stored"] == []
    assert len(ward.queued()) == len(ward.actions(run)) == 1


def test_completing_twice_acts_once(ward: Ward) -> None:
    ward.policy(highest_tier_alone=2)
    ward.configure({"memory_mb": 512})
    run = ward.failed(OUT_OF_MEMORY)
    claim = ward.heal.claim()
    decided = ward.decided(claim)
    for _ in range(2):
        ward.heal.complete(claim, **decided)
    assert (len(ward.queued()), len(ward.actions(run)), ward.config()) == (1, 1, {"memory_mb": 768})


def test_a_lease_stolen_twice_acts_once(ward: Ward) -> None:
    """Even where the lease is forged: the plan's own standing lets it be acted on once."""
    ward.policy()
    run = ward.failed(REFUSED)
    claim = ward.heal.claim()
    decided = ward.decided(claim)
    for _ in range(2):
        ward.owned.execute(
            "update engine.queues set lease = %s where engine = 'heal' and pipeline_id = %s",
            [claim["lease"], ward.pipeline_id],
        )
        ward.heal.complete(claim, **decided)
    assert len(ward.queued()) == len(ward.actions(run)) == 1


def test_two_instances_heal_one_pipeline_once(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ward.work(), range(4)))
    assert len(ward.queued()) == len(ward.actions(run)) == 1


def test_a_configuration_that_a_person_edits_meanwhile_makes_the_plan_void(ward: Ward) -> None:
    ward.policy(highest_tier_alone=2)
    ward.configure({"memory_mb": 512})
    run = ward.failed(OUT_OF_MEMORY)
    claim = ward.heal.claim()
    decided = ward.decided(claim)
    ward.configure({"memory_mb": 600})
    refused = ward.heal.complete(claim, **decided)["refused"]
    assert "configuration was changed" in refused[0]["why"]
    assert (ward.plan(run)["status"], ward.config(), ward.queued()) == ("void", {"memory_mb": 600}, [])


def test_a_run_that_somebody_starts_again_meanwhile_makes_the_plan_void(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    claim = ward.heal.claim()
    decided = ward.decided(claim)
    ward.team.record(status="running", retry_of=run)
    assert "ran again" in ward.heal.complete(claim, **decided)["refused"][0]["why"]
    assert (ward.plan(run)["status"], ward.queued()) == ("void", [])


def test_the_kill_switch_holds_before_the_next_action(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    claim = ward.heal.claim()
    decided = ward.decided(claim)
    ward.team.owner.update("healing_policies", {"kill_switch": True}, pipeline_id=ward.pipeline_id)
    assert "kill switch" in ward.heal.complete(claim, **decided)["refused"][0]["why"]
    assert (ward.queued(), ward.actions(run)) == ([], [])


def test_the_workspaces_kill_switch_holds_for_a_pipeline_with_a_policy_of_its_own(ward: Ward) -> None:
    ward.policy()
    ward.team.owner.insert("healing_policies", {"workspace_id": ward.workspace_id, "kill_switch": True})
    run = ward.failed(REFUSED)
    ward.work()
    assert ward.queued() == []
    assert ward.plan(run)["reasons"][0] == "the kill switch is on"


def test_the_operators_switch_holds_for_everybody(ward: Ward, settings) -> None:
    settings["healing_enabled"] = "false"
    ward.policy()
    ward.failed(REFUSED)
    ward.work()
    assert ward.queued() == []


def test_a_rollback_puts_the_known_good_configuration_back(ward: Ward) -> None:
    ward.policy(highest_tier_alone=3)
    ward.configure({"env": {"LAMP": "gas"}})
    for _ in range(5):
        ward.team.record(status="completed", config_version=ward.version())
    ward.configure({"env": {"LAMP": "led"}})
    run = ward.failed(CHANGED)
    ward.work()
    assert ward.config() == {"env": {"LAMP": "gas"}}
    assert [action["action"] for action in ward.actions(run)] == ["rollback_config"]
