"""Tasks: asked for any number of times, with one claimant at a time, done once."""

import pytest

from tests.database.training_school import KIND, School

pytest_plugins = ["tests.database.training_fixtures"]


def test_a_task_is_claimed_by_one_claimant_and_finished_once(school: School) -> None:
    claim = school.claimed()
    assert claim.items() >= {"kind": KIND, "reason": "the tide turned", "attempt": 1}.items()
    assert claim["workspace_id"] == school.team.workspace_id
    assert school.trainer.rpc("claim_task") is None
    assert school.trainer.rpc("finish_task", lease=claim["lease"], result={"rows": 7}) is True
    assert school.trainer.rpc("claim_task") is None
    task = school.task()
    assert (task["result"], task["requested_at"], task["attempts"]) == ({"rows": 7}, None, 0)


def test_two_claimants_get_two_tasks(school: School) -> None:
    school.request("duration")
    school.request(KIND)
    assert {school.trainer.rpc("claim_task")["kind"] for _ in range(2)} == {"duration", KIND}
    assert school.trainer.rpc("claim_task") is None


def test_asked_for_twice_is_done_once(school: School) -> None:
    school.request()
    claim = school.claimed()
    assert school.trainer.rpc("finish_task", lease=claim["lease"], result={})
    assert school.trainer.rpc("claim_task") is None


def test_a_request_during_the_work_is_not_lost(school: School) -> None:
    claim = school.claimed()
    school.request(reason="the wind turned")
    assert school.trainer.rpc("finish_task", lease=claim["lease"], result={})
    assert school.trainer.rpc("claim_task")["reason"] == "the wind turned"


def test_a_lost_lease_finishes_and_fails_nothing(school: School) -> None:
    lost = school.claimed()
    school.move_task("leased_until = now() - interval '1 ms'")
    again = school.trainer.rpc("claim_task")
    assert again["attempt"] == 2
    assert school.trainer.rpc("finish_task", lease=lost["lease"], result={}) is False
    assert school.trainer.rpc("fail_task", lease=lost["lease"], error="late") is False
    assert school.trainer.rpc("finish_task", lease=again["lease"], result={}) is True


def test_the_lease_of_another_engine_or_workspace_is_not_ones_own(school: School) -> None:
    claim = school.claimed()
    assert school.team.engine("predict").rpc("finish_task", lease=claim["lease"], result={}) is False
    assert school.team.engine("predict").rpc("claim_task") is None
    assert school.task()["lease"] == claim["lease"]


def test_a_failed_task_waits_before_it_is_tried_again(school: School) -> None:
    claim = school.claimed()
    assert school.trainer.rpc("fail_task", lease=claim["lease"], error="no wind") is True
    assert school.trainer.rpc("claim_task") is None
    school.request()
    assert school.trainer.rpc("claim_task") is None, "asking again does not cut the wait short"
    school.move_task("available_at = '-infinity'")
    assert school.trainer.rpc("claim_task")["attempt"] == 2


@pytest.mark.parametrize("silent", [True, False])
def test_after_so_many_attempts_a_task_is_given_up_with_one_alert_and_may_be_asked_for_again(
    school: School, settings: dict[str, str], silent: bool
) -> None:
    settings["max_attempts"] = "2"
    for _ in range(2):
        school.request()
        for _ in range(2):
            claim = school.trainer.rpc("claim_task")
            if silent:
                school.move_task("leased_until = now() - interval '1 ms'")
            else:
                assert school.trainer.rpc("fail_task", lease=claim["lease"], error="no wind")
                school.move_task("available_at = '-infinity'")
        assert school.trainer.rpc("claim_task") is None
        assert school.task()["requested_at"] is None
        (alert,) = school.team.owner.rows("alerts", subject=f"task:train:{KIND}")
        assert (alert["severity"], alert["status"]) == ("high", "active")
    assert school.trainer.rpc("finish_task", lease=school.claimed()["lease"], result={})
    (alert,) = school.team.owner.rows("alerts", subject=f"task:train:{KIND}")
    assert alert["status"] == "resolved"
