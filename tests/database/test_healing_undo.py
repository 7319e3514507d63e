"""What was not effective is taken back, exactly."""

import pytest

from tests.database.healing_ward import OUT_OF_MEMORY, REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]

# A number and a text that a careless copy would change.
CONFIG = {"memory_mb": 512, "ratio": 1.10, "name": "Ćafé \u2028", "services": {}, "list": [None, 1e2]}


def config_text(ward: Ward) -> str:
    return ward.owned.execute("select config::text from pipelines where id = %s", [ward.pipeline_id]).fetchone()[0]


def overdue(ward: Ward) -> None:
    ward.owned.execute(
        "update healing_actions set verify_by = now() - interval '1 s' where workspace_id = %s", [ward.workspace_id]
    )
    ward.tend()


@pytest.fixture
def raised(ward: Ward) -> str:
    """A run whose memory limit was raised; the run that was queued for it waits."""
    ward.policy(highest_tier_alone=2)
    ward.configure(CONFIG)
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    return run


def test_a_change_that_did_not_help_is_taken_back_bit_for_bit(ward: Ward) -> None:
    ward.policy(highest_tier_alone=2)
    ward.configure(CONFIG)
    before = config_text(ward)
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    assert config_text(ward) != before
    ward.end("failed")
    ward.work()
    assert config_text(ward) == before
    (action,) = ward.actions(run)
    assert (action["status"], action["restored_at"] is not None) == ("ineffective", True)


def test_a_run_that_doubles_the_rows_is_harmful_and_undone(ward: Ward) -> None:
    ward.policy(highest_tier_alone=2)
    ward.configure(CONFIG)
    for _ in range(4):
        ward.team.record(status="completed", rows_processed=1000, data_volume_mb=10, duration_seconds=60)
    before = config_text(ward)
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    ward.end("completed", rows_processed=2100, data_volume_mb=10, duration_seconds=60)
    ward.work()
    assert ([action["status"] for action in ward.actions(run)], config_text(ward)) == (["harmful"], before)
    (alert,) = ward.team.owner.rows("alerts", subject=f"heal:{ward.pipeline_id}")
    assert "rows were doubled" in alert["message"]


def test_what_is_not_verified_in_time_is_taken_back_and_stops(ward: Ward) -> None:
    ward.policy(highest_tier_alone=2)
    ward.configure(CONFIG)
    before = config_text(ward)
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    overdue(ward)
    ward.work()
    assert ([action["status"] for action in ward.actions(run)], config_text(ward)) == (["undone"], before)
    (withdrawn,) = ward.team.owner.rows("executions", pipeline_id=ward.pipeline_id, trigger_type="healing")
    assert withdrawn["status"] == "cancelled"
    assert ward.team.owner.rows("alerts", subject=f"heal:{ward.pipeline_id}")


def test_what_is_verified_before_is_not_overdue(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    ward.work()
    ward.end("completed")
    ward.work()
    overdue(ward)
    ward.work()
    assert [action["status"] for action in ward.actions(run)] == ["effective"]


def test_a_configuration_that_a_person_edits_after_the_action_is_left_to_them(ward: Ward, raised: str) -> None:
    ward.configure({"memory_mb": 900})
    ward.end("failed")
    ward.work()
    assert ward.config() == {"memory_mb": 900}
    (action,) = ward.actions(raised)
    assert (action["status"], action["restored_at"]) == ("ineffective", None)
    (alert,) = ward.team.owner.rows("alerts", subject=f"heal:{ward.pipeline_id}")
    assert "somebody changed it" in alert["message"]


def test_a_snapshot_that_was_tampered_with_is_not_put_back(ward: Ward, raised: str) -> None:
    ward.owned.execute(
        "update healing_actions set snapshot = jsonb_set(snapshot, '{config,memory_mb}', '9') where workspace_id = %s",
        [ward.workspace_id],
    )
    ward.end("failed")
    claim = ward.heal.claim()
    payload = {"lease": claim["lease"], **ward.decided(claim)}
    answer = ward.heal.call("POST", "rpc/complete_healing_plans", json={"payload": payload})
    assert "is not what was taken" in answer.json()["message"]
    assert ward.config()["memory_mb"] == 768
