"""One error on many pipelines: they are parked, one tries, and the rest come back in waves."""

import pytest

from tests.database.healing_fleet import Fleet
from tests.database.healing_ward import REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


@pytest.fixture
def fleet(ward: Ward) -> Fleet:
    return Fleet(ward, 9)


def test_an_error_on_two_pipelines_is_no_outage(fleet: Fleet) -> None:
    fleet.fail(fleet.ids[:2])
    fleet.ward.work()
    assert len(fleet.queued()) == 2


def test_an_error_on_many_pipelines_parks_all_of_them(fleet: Fleet) -> None:
    fleet.fail(fleet.ids)
    fleet.ward.work()
    assert (fleet.queued(), fleet.breaker()["status"]) == ([], "open")
    plans = fleet.ward.team.owner.rows("healing_plans")
    assert {plan["decision"] for plan in plans} == {"wait"}
    assert "one of them tries first" in plans[0]["reasons"][0]


def test_other_errors_are_not_parked(fleet: Fleet) -> None:
    fleet.fail(fleet.ids[:4])
    other = fleet.ward.team.record(pipeline_id=fleet.ids[5])
    fleet.ward.explain(other, REFUSED, fingerprint="0b0000000002")
    fleet.ward.work()
    assert [run["retry_of"] for run in fleet.queued()] == [other]


def test_what_was_queued_before_it_was_an_outage_is_withdrawn(fleet: Fleet) -> None:
    fleet.fail(fleet.ids[:2])
    fleet.ward.work()
    assert len(fleet.queued()) == 2
    fleet.fail(fleet.ids[2:])
    fleet.ward.work()
    assert fleet.queued() == []


def test_one_tries_at_a_time_and_ever_more_rarely(fleet: Fleet) -> None:
    fleet.fail(fleet.ids)
    fleet.ward.work()
    for probes in range(3):
        fleet.time_passes()
        fleet.time_passes()
        assert len(fleet.queued()) == 1
        fleet.end_all("failed")
        assert (fleet.breaker()["probes"], fleet.queued()) == (probes + 1, [])
    (seconds,) = fleet.ward.owned.execute(
        "select extract(epoch from probe_at - now()) from healing_breakers where workspace_id = %s",
        [fleet.ward.workspace_id],
    ).fetchone()
    assert 70 < seconds <= 80


def test_after_one_came_through_the_rest_come_in_waves(fleet: Fleet) -> None:
    runs = fleet.fail(fleet.ids)
    fleet.ward.work()
    fleet.time_passes()
    waves = []
    while fleet.queued():
        waves.append(fleet.end_all("completed"))
    assert waves == [1, 5, 3]
    assert fleet.breaker()["status"] == "closed"
    assert {fleet.ward.plan(run)["status"] for run in runs} == {"done"}


def test_a_wave_that_fails_closes_the_door_again(fleet: Fleet) -> None:
    fleet.fail(fleet.ids)
    fleet.ward.work()
    fleet.time_passes()
    assert fleet.end_all("completed") == 1
    assert fleet.end_all("failed") == 5
    assert (fleet.breaker()["status"], fleet.queued()) == ("open", [])


def test_one_failure_in_a_wave_does_not_keep_the_others_waiting(fleet: Fleet) -> None:
    fleet.fail(fleet.ids)
    fleet.ward.work()
    fleet.time_passes()
    fleet.end_all("completed")
    first, *others = fleet.queued()
    assert len(others) == 4
    fleet.ward.team.owner.update("executions", {"status": "failed"}, id=first["id"])
    fleet.ward.work()
    for run in others[:3]:
        fleet.ward.team.owner.update("executions", {"status": "completed"}, id=run["id"])
    fleet.ward.work()
    assert fleet.breaker()["wave"] == 2
    assert len(fleet.queued()) == 1 + 3


def test_a_canary_that_never_comes_back_lets_another_try(fleet: Fleet) -> None:
    fleet.fail(fleet.ids)
    fleet.ward.work()
    fleet.time_passes()
    (lost,) = fleet.queued()
    fleet.ward.owned.execute(
        "update healing_actions set verify_by = now() - interval '1 s' where workspace_id = %s",
        [fleet.ward.workspace_id],
    )
    fleet.ward.tend()
    fleet.ward.work()
    fleet.time_passes()
    (run,) = fleet.queued()
    assert run["pipeline_id"] != lost["pipeline_id"]


def test_a_canary_that_may_not_act_any_more_lets_another_try(fleet: Fleet) -> None:
    fleet.fail(fleet.ids)
    fleet.ward.work()
    (first,) = fleet.ward.owned.execute(
        "select pipeline_id::text from healing_plans where workspace_id = %s order by created_at, id limit 1",
        [fleet.ward.workspace_id],
    ).fetchone()
    place = {"workspace_id": fleet.ward.workspace_id, "pipeline_id": first}
    fleet.ward.team.owner.insert("healing_policies", {**place, "kill_switch": True})
    for _ in range(2):
        fleet.time_passes()
    (run,) = fleet.queued()
    assert run["pipeline_id"] != first


def test_an_outage_of_fifty_is_probed_three_times_and_then_over_within_few_waves(ward: Ward) -> None:
    fleet = Fleet(ward, 50)
    fleet.fail(fleet.ids)
    ward.work()
    for _ in range(3):
        fleet.time_passes()
        assert fleet.end_all("failed") == 1
    fleet.time_passes()
    waves = []
    while fleet.queued():
        waves.append(fleet.end_all("completed"))
    assert waves == [1, 5, 10, 20, 14]
