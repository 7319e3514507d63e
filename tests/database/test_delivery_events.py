"""From recorded runs to events: each once, whatever is repeated, doubled or out of order."""

import pytest

from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team, new_id

pytest_plugins = ["tests.database.delivery_fixtures"]

STARTED, ENDED = [("predict", "started")], [("detect", "ended"), ("predict", "ended")]


def test_a_start_is_for_predict_and_an_end_is_for_both(team: Team, ledger: Ledger) -> None:
    run = team.start()
    assert ledger.events(run) == STARTED
    team.owner.update("executions", {"status": "completed"}, id=run)
    assert ledger.events(run) == ENDED + STARTED


def test_a_run_that_ends_twice_ends_once(team: Team, ledger: Ledger) -> None:
    run = team.start()
    for status in ("failed", "failed", "completed"):
        team.owner.update("executions", {"status": status}, id=run)
    assert ledger.events(run) == ENDED + STARTED


def test_a_run_whose_status_flaps_ends_once(team: Team, ledger: Ledger) -> None:
    run = team.start()
    for status in ("completed", "running", "failed", "queued", "cancelled"):
        team.owner.update("executions", {"status": status}, id=run)
    assert ledger.events(run) == ENDED + STARTED


def test_an_update_that_changes_nothing_adds_nothing_and_wakes_nobody(team: Team, ledger: Ledger) -> None:
    run = team.record()
    for name in ("detect", "predict"):
        team.engine(name).complete(team.engine(name).claim())
        assert team.engine(name).claim()["events"] == []
    ledger.lose_wake_ups()
    team.owner.update("executions", {"status": "failed", "error_message": None}, id=run)
    assert ledger.wake_ups() == []
    for name in ("detect", "predict"):
        assert team.engine(name).claim()["events"] == []


def test_a_run_ingested_again_adds_nothing(team: Team, ledger: Ledger) -> None:
    row = {"id": new_id(), "pipeline_id": team.pipeline_id, "status": "completed"}
    for _ in range(3):
        team.owner.rpc("ingest", payload={"executions": [row]})
    assert ledger.events(row["id"]) == ENDED + STARTED


def test_a_start_that_comes_after_its_end_takes_nothing_back(team: Team, ledger: Ledger) -> None:
    run = {"id": new_id(), "pipeline_id": team.pipeline_id}
    end = {**run, "status": "failed", "completed_at": "2026-11-20T03:00:00Z", "error_message": "the lamp is out"}
    start = {**run, "status": "running", "started_at": "2026-11-20T02:00:00Z"}
    for row in (end, start):
        team.owner.rpc("ingest", payload={"executions": [row]})
    assert ledger.events(run["id"]) == ENDED + STARTED
    (stored,) = team.owner.rows("executions", id=run["id"])
    assert (stored["status"], stored["error_message"]) == ("failed", "the lamp is out")
    assert stored["duration_seconds"] == 3600


@pytest.mark.parametrize(
    "times",
    [
        {"completed_at": "2020-01-01T00:00:00Z"},
        {"started_at": "2026-11-20T03:00:00Z", "completed_at": "2026-11-20T02:00:00Z"},
        {"started_at": "2026-11-20T03:00:00Z", "completed_at": "2026-11-20T03:00:00Z"},
        {"started_at": "2031-01-01T00:00:00Z"},
        {},
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_start_comes_before_its_end_whatever_the_clocks_say(team: Team, times: dict[str, str], at_once: bool) -> None:
    if at_once:
        team.record(**times)
    else:
        run = team.start()
        team.owner.update("executions", {"status": "failed", **times}, id=run)
    assert [event["phase"] for event in team.engine("predict").claim()["events"]] == ["started", "ended"]


def test_a_stage_that_is_tried_again_ends_again_and_between_start_and_end(team: Team) -> None:
    run = team.start()
    stages = [{"execution_id": run, "stage_name": "extract", "attempt": n, "status": "failed"} for n in (1, 1, 2)]
    for stage in stages:
        team.owner.rpc("ingest", payload={"stages": [stage]})
    team.owner.update("executions", {"status": "failed"}, id=run)
    phases = [event["phase"] for event in team.engine("predict").claim()["events"]]
    assert phases == ["started", "stage:extract", "stage:extract#2", "ended"]


def test_the_events_of_a_run_that_is_deleted_are_gone(team: Team, ledger: Ledger) -> None:
    run = team.record()
    team.owner.call("DELETE", "executions", params={"id": f"eq.{run}"})
    assert ledger.events(run) == []
    assert team.engine("detect").claim()["events"] == []
