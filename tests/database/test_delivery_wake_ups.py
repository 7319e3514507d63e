"""Wake-ups: a handful of requests however many rows, and writers that never wait for one another."""

import psycopg
import pytest

from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team, new_id, recorded

pytest_plugins = ["tests.database.delivery_fixtures"]

BOTH = ["detect", "predict"]


def test_ten_thousand_rows_in_one_insert_wake_each_engine_once(team: Team, ledger: Ledger) -> None:
    with team.writer() as writer:
        writer.execute("set statement_timeout = '60s'")
        writer.execute(
            """
            insert into public.executions (pipeline_id, status)
            select %s, 'completed' from generate_series(1, 10000)
            """,
            [team.pipeline_id],
        )
    assert ledger.wake_ups() == BOTH


def test_ten_thousand_rows_in_one_call_wake_each_engine_once(team: Team, ledger: Ledger) -> None:
    rows = [{"id": new_id(), "pipeline_id": team.pipeline_id, "status": "failed"} for _ in range(10000)]
    assert team.owner.rpc("ingest", payload={"executions": rows})["executions"] == 10000
    assert ledger.wake_ups() == BOTH


def test_an_engine_that_is_awake_is_not_woken_again(team: Team, ledger: Ledger) -> None:
    for _ in range(3):
        team.record()
    assert ledger.wake_ups() == BOTH


def test_a_start_wakes_only_who_wants_starts(team: Team, ledger: Ledger) -> None:
    team.start()
    assert ledger.wake_ups() == ["predict"]


def test_a_wake_up_says_which_engine_and_which_workspace_and_nothing_else(
    team: Team, owned: psycopg.Connection, settings: dict[str, str]
) -> None:
    settings["functions_url"] = "http://lighthouse.example/functions/v1"
    team.start(error_message="the keeper's secret")
    requests = owned.execute(
        "select url, convert_from(body, 'UTF8')::jsonb, headers from net.http_request_queue where url ~ 'lighthouse'"
    ).fetchall()
    ((url, body, headers),) = requests
    assert url == "http://lighthouse.example/functions/v1/predict"
    assert body == {"type": "wake_up", "engine": "predict", "workspace_id": team.workspace_id}
    assert set(headers) == {"content-type", "webhook-id", "webhook-timestamp", "webhook-signature"}


def test_without_an_address_runs_are_recorded_and_nobody_is_woken(
    team: Team, ledger: Ledger, settings: dict[str, str]
) -> None:
    settings["functions_url"] = ""
    run = team.start()
    assert ledger.wake_ups() == []
    assert ledger.events(run) == [("predict", "started")]


def test_a_run_is_recorded_even_when_no_wake_up_can_be_sent(
    team: Team, ledger: Ledger, settings: dict[str, str]
) -> None:
    settings["wake_up_timeout_milliseconds"] = "soon"
    run = team.start()
    assert ledger.wake_ups() == []
    assert ledger.events(run) == [("predict", "started")]


@pytest.mark.parametrize("same_pipeline", [True, False])
def test_writers_of_one_workspace_do_not_wait_for_each_other(team: Team, ledger: Ledger, same_pipeline: bool) -> None:
    other = team.pipeline_id if same_pipeline else team.pipeline("hourly_tides")
    with team.writer() as first, team.writer() as second:
        recorded(first, team.pipeline_id)
        recorded(second, other)
        recorded(first, other)
        recorded(second, team.pipeline_id)
    events = [event for name in BOTH for event in team.engine(name).claim()["events"]]
    assert len(events) == 4 * 3
    assert set(ledger.wake_ups()) == set(BOTH)


def test_a_writer_in_flight_does_not_hold_up_the_work_of_others(team: Team) -> None:
    with team.writer() as slow:
        recorded(slow, team.pipeline_id)
        team.record()
        detect = team.engine("detect")
        claim = detect.claim()
        assert len(claim["events"]) == 1
        detect.complete(claim)
        assert detect.claim()["more"], "the slow writer may have been told that detect is awake"
    assert len(detect.claim()["events"]) == 1
