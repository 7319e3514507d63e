"""Claims: each pipeline to one claimant at a time, its events in order of occurrence."""

import pytest

from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team

pytest_plugins = ["tests.database.delivery_fixtures"]


def test_a_pipeline_goes_to_one_claimant_at_a_time(team: Team) -> None:
    other = team.pipeline("hourly_tides")
    team.record()
    first = team.engine("detect").claim()
    team.record()
    team.record(pipeline_id=other)
    second = team.engine("detect").claim()
    assert {event["execution"]["pipeline_id"] for event in first["events"]} == {team.pipeline_id}
    assert {event["execution"]["pipeline_id"] for event in second["events"]} == {other}
    assert team.engine("detect").claim()["events"] == []


def test_the_engines_do_not_wait_for_each_other(team: Team) -> None:
    team.record()
    assert len(team.engine("detect").claim()["events"]) == 1
    assert len(team.engine("predict").claim()["events"]) == 2


def test_events_come_in_the_order_in_which_they_happened_and_not_were_recorded(team: Team) -> None:
    for hour in (5, 2, 4, 1, 3):
        start, end = f"2026-11-20T0{hour}:00:00Z", f"2026-11-20T0{hour}:30:00Z"
        team.record(started_at=start, completed_at=end)
    events = team.engine("predict").claim()["events"]
    assert [event["phase"] for event in events] == ["started", "ended"] * 5
    occurred = [event["occurred_at"] for event in events]
    assert occurred == sorted(occurred)


def test_a_long_queue_is_handed_out_from_its_beginning_piece_by_piece(team: Team) -> None:
    for minute in range(10, 40):
        team.record(started_at=f"2026-11-20T00:{minute}:00Z")
    detect, seen = team.engine("detect"), []
    while (claim := detect.claim(max_events=3))["events"]:
        seen += [event["execution"]["started_at"][14:16] for event in claim["events"]]
        detect.complete(claim)
    assert seen == [str(minute) for minute in range(10, 40)]


def test_many_pipelines_share_a_claim_and_none_is_left_out_for_long(team: Team) -> None:
    pipelines = {team.pipeline(f"buoy {number}") for number in range(12)}
    rows = [{"pipeline_id": pipeline, "status": "failed"} for pipeline in pipelines for _ in range(3)]
    team.owner.rpc("ingest", payload={"executions": rows})
    detect, claimed = team.engine("detect"), []
    while (claim := detect.claim(max_events=4))["events"]:
        assert len(claim["events"]) <= 4
        claimed += [event["execution"]["pipeline_id"] for event in claim["events"]]
        detect.complete(claim)
    assert sorted(claimed) == sorted(row["pipeline_id"] for row in rows)


def test_a_lease_that_ran_out_hands_the_pipeline_over(team: Team, ledger: Ledger) -> None:
    run = team.record()
    first = team.engine("detect").claim()
    ledger.let_leases_expire()
    second = team.engine("detect").claim()
    for claim, attempt in ((first, 1), (second, 2)):
        assert [(event["execution"]["id"], event["attempt"]) for event in claim["events"]] == [(run, attempt)]
    assert first["lease"] != second["lease"]


@pytest.mark.parametrize("column", ["error_message", "metadata", "stages"])
def test_a_claim_carries_no_more_of_a_run_than_an_engine_can_use(team: Team, column: str) -> None:
    run = team.start()
    ended = {"id": run, "pipeline_id": team.pipeline_id, "status": "failed"}
    columns = {"error_message": "fog " * 1_250_000, "metadata": {"note": "fog " * 250_000}}
    stages = [{"execution_id": run, "stage_name": "load", "status": "failed", "error_message": "fog " * 250_000}]
    run_with_it = {name: value for name, value in columns.items() if name == column}
    payload = {"executions": [{**ended, **run_with_it}], "stages": stages if column == "stages" else []}
    team.owner.rpc("ingest", payload=payload)
    response = team.engine("detect").call("POST", "rpc/claim_events", json={})
    assert response.json()["events"][0]["execution"]["id"] == run
    assert len(response.content) < 20_000


def test_a_claim_is_of_one_workspace(team: Team) -> None:
    harbour = Team.gathered(team.description, team.http)
    harbour.record()
    assert team.engine("detect").claim()["events"] == []
    assert len(harbour.engine("detect").claim()["events"]) == 1
