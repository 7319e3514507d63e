"""How far a policy lets healing go by itself."""

from tests.database.healing_ward import OUT_OF_MEMORY, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


def test_by_default_every_action_waits_for_a_yes(ward: Ward) -> None:
    ward.configure({"memory_mb": 512})
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    assert (ward.plan(run)["decision"], ward.queued()) == ("ask", [])
    assert ward.approve(run).is_success
    ward.work()
    assert len(ward.queued()) == 1


def test_a_dry_run_is_shown_and_cannot_be_talked_into_acting(ward: Ward) -> None:
    ward.policy(autonomy="dry_run", highest_tier_alone=3)
    ward.configure({"memory_mb": 512})
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    assert (ward.plan(run)["decision"], len(ward.plan(run)["steps"])) == ("dry_run", 1)
    ward.approve(run)
    ward.work()
    assert (ward.queued(), ward.config()) == ([], {"memory_mb": 512})


def test_where_healing_is_off_nothing_is_planned(ward: Ward) -> None:
    ward.policy(autonomy="off")
    ward.failed(OUT_OF_MEMORY)
    ward.work()
    assert ward.team.owner.rows("healing_plans") == []


def test_a_stage_that_may_not_run_twice_needs_a_yes(ward: Ward) -> None:
    ward.policy(highest_tier_alone=3)
    ward.team.owner.update("pipeline_stages", {"idempotency": "unsafe"}, pipeline_id=ward.pipeline_id)
    ward.configure({"memory_mb": 512})
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    assert (ward.plan(run)["decision"], ward.queued()) == ("ask", [])
    assert ward.approve(run).is_success
    ward.work()
    assert len(ward.queued()) == 1
