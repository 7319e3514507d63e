"""Verifying: what an action was worth, what is taken back, and what is learned."""

import pytest

from tests.database.healing_ward import OUT_OF_MEMORY, REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


@pytest.fixture
def raised(ward: Ward) -> str:
    """A run whose memory limit was raised; the run that was queued for it waits."""
    ward.policy(highest_tier_alone=2)
    ward.configure({"memory_mb": 512})
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    return run


def test_a_run_that_completes_makes_the_action_effective(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    ward.work()
    ward.end("completed")
    ward.work()
    assert [action["status"] for action in ward.actions(run)] == ["effective"]
    assert ward.plan(run)["status"] == "done"
    (label,) = ward.team.owner.rows("execution_labels", execution_id=run)
    assert (label["recovered"], label["action_effective"]) == (True, True)


def test_one_killed_between_acting_and_verifying_leaves_it_to_the_next(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    ward.work()
    ward.end("completed")
    ward.decided(ward.heal.claim())
    ward.owned.execute(
        "update engine.queues set leased_until = '-infinity' where workspace_id = %s", [ward.workspace_id]
    )
    ward.work()
    assert ward.audited(run) == ["planned", "acted", "effective"]


def test_an_outcome_counts_once_for_the_pipeline_and_once_for_the_workspace(ward: Ward) -> None:
    ward.policy()
    ward.failed(REFUSED)
    ward.work()
    ward.end("completed")
    claim = ward.heal.claim()
    decided = ward.decided(claim)
    for _ in range(2):
        ward.heal.complete(claim, **decided)
    counted = ward.team.owner.rows("action_outcomes", cause="connection_refused", action="retry_stage")
    assert sorted((row["pipeline_id"] is None, row["successes"], row["failures"]) for row in counted) == [
        (False, 1, 0),
        (True, 1, 0),
    ]


def test_a_change_that_helped_stays_and_is_told(ward: Ward, raised: str) -> None:
    ward.end("completed")
    ward.work()
    assert ward.config()["memory_mb"] == 768
    (told,) = ward.team.owner.rows("recommendations", pipeline_id=ward.pipeline_id)
    assert told["proposed_change"] == {"memory_mb": 768}


def test_the_next_rung_is_climbed_from_the_same_value(ward: Ward, raised: str) -> None:
    for expected in (1024, 1536):
        failed = ward.end("failed")
        ward.work()
        ward.explain(failed, OUT_OF_MEMORY)
        ward.work()
        assert ward.config()["memory_mb"] == expected
    failed = ward.end("failed")
    ward.work()
    ward.explain(failed, OUT_OF_MEMORY)
    ward.work()
    assert (ward.plan(failed)["decision"], ward.config()["memory_mb"], ward.queued()) == ("do_not_retry", 512, [])


def test_a_larger_input_that_brings_more_rows_is_no_harm(ward: Ward) -> None:
    ward.policy()
    for _ in range(4):
        ward.team.record(status="completed", rows_processed=1000, data_volume_mb=10, duration_seconds=60)
    run = ward.failed(REFUSED)
    ward.work()
    ward.end("completed", rows_processed=3000, data_volume_mb=30, duration_seconds=90)
    ward.work()
    assert [action["status"] for action in ward.actions(run)] == ["effective"]
