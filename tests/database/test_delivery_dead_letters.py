"""Events that fail: put off longer and longer, then aside with an alert, then sent round again."""

import psycopg
import pytest

from tests.database.delivery_actors import Caller, Engine, Row
from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team

pytest_plugins = ["tests.database.delivery_fixtures"]

ERROR = "RowError: the lamp has no wick"


def _wear_out(team: Team, ledger: Ledger, attempts: int) -> None:
    detect = team.engine("detect")
    for _ in range(attempts):
        ledger.let_backoffs_pass()
        detect.fail(detect.claim(), ERROR)


def _dead_letters(caller: Caller) -> int:
    return {line["engine"]: line["dead_letters"] for line in caller.rpc("queue_status")["engines"]}["detect"]


def test_a_failed_event_is_put_off_twice_as_long_each_time(
    team: Team, ledger: Ledger, settings: dict[str, str]
) -> None:
    settings["backoff_seconds"], settings["backoff_limit_seconds"] = "100", "300"
    team.record()
    detect = team.engine("detect")
    for attempt, expected in enumerate((100, 200, 300, 300), start=1):
        detect.fail(detect.claim(), ERROR)
        queue = ledger.queue("detect")
        assert queue["attempts"] == attempt
        assert queue["last_error"] == ERROR
        assert 0.5 * expected - 5 < queue["wait_seconds"] < 1.5 * expected
        assert detect.claim()["events"] == []
        ledger.let_backoffs_pass()


def test_after_a_failure_only_the_event_at_fault_is_handed_out(team: Team, ledger: Ledger) -> None:
    runs = [team.record(started_at=f"2026-11-20T0{hour}:00:00Z") for hour in range(3)]
    detect = team.engine("detect")
    claim = detect.claim()
    assert len(claim["events"]) == 3
    detect.complete(
        claim, done=[claim["events"][0]["id"]], failed=[{"event_id": claim["events"][1]["id"], "error": ERROR}]
    )
    ledger.let_backoffs_pass()
    assert _runs(detect.claim()) == [runs[1]]


def test_one_bad_pipeline_does_not_put_off_its_neighbours(team: Team) -> None:
    other = team.pipeline("hourly_tides")
    bad, good = team.record(), team.record(pipeline_id=other)
    detect = team.engine("detect")
    claim = detect.claim()
    ids = {event["execution"]["id"]: event["id"] for event in claim["events"]}
    detect.complete(claim, done=[ids[good]], failed=[{"event_id": ids[bad], "error": ERROR}])
    later = team.record(pipeline_id=other)
    assert _runs(detect.claim()) == [later]


def test_after_the_last_attempt_the_event_is_put_aside_with_an_alert_and_the_next_is_handed_out(
    team: Team, ledger: Ledger, settings: dict[str, str]
) -> None:
    settings["max_attempts"] = "3"
    bad, good = team.record(), team.record()
    _wear_out(team, ledger, 3)
    (alert,) = team.member("viewer").rows("alerts")
    assert (alert["status"], alert["severity"], alert["execution_id"]) == ("active", "high", bad)
    assert ERROR in alert["message"]
    assert _dead_letters(team.owner) == 1
    detect = team.engine("detect")
    claim = detect.claim()
    assert [(event["execution"]["id"], event["attempt"]) for event in claim["events"]] == [(good, 1)]


def test_claimants_that_are_killed_wear_an_event_out_too(team: Team, ledger: Ledger, settings: dict[str, str]) -> None:
    settings["max_attempts"] = "3"
    bad, good = team.record(), team.record()
    detect = team.engine("detect")
    for _ in range(3):
        assert _runs(detect.claim())[0] == bad
        ledger.let_leases_expire()
    assert _runs(detect.claim()) == [good]
    (alert,) = team.owner.rows("alerts")
    assert "every claimant stopped without an answer" in alert["message"]


def test_one_pipeline_raises_one_alert_however_many_letters(
    team: Team, ledger: Ledger, settings: dict[str, str]
) -> None:
    settings["max_attempts"] = "1"
    for _ in range(3):
        team.record()
    _wear_out(team, ledger, 3)
    assert (len(team.owner.rows("alerts")), _dead_letters(team.owner)) == (1, 3)


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_only_admins_send_dead_letters_round_again(
    team: Team, ledger: Ledger, settings: dict[str, str], role: str
) -> None:
    settings["max_attempts"] = "1"
    bad = team.record()
    _wear_out(team, ledger, 1)
    detect = team.engine("detect")
    outsiders = [team.member(role), Team.gathered(team.description, team.http).owner]
    assert [outsider.rpc("redrive_dead_letters") for outsider in outsiders] == [0, 0]
    assert (detect.claim()["events"], _dead_letters(team.owner)) == ([], 1)
    ledger.lose_wake_ups()

    assert team.member("admin").rpc("redrive_dead_letters") == 1
    assert ledger.wake_ups() == ["detect"]
    assert _dead_letters(team.owner) == 0
    assert [alert["status"] for alert in team.owner.rows("alerts")] == ["resolved"]
    assert _runs(detect.claim()) == [bad]


def test_a_dead_letter_outlives_the_retention_of_events(
    team: Team, ledger: Ledger, settings: dict[str, str], owned: psycopg.Connection
) -> None:
    settings["max_attempts"], settings["event_retention_days"] = "1", "0"
    forgotten, bad = team.record(), team.record()
    detect = team.engine("detect")
    _complete_first(detect, detect.claim())
    _wear_out(team, ledger, 1)
    owned.execute("select engine.forget_done_events()")
    assert ("detect", "ended") not in ledger.events(forgotten)
    assert team.owner.rpc("redrive_dead_letters") == 1
    assert _runs(detect.claim()) == [bad]


def _complete_first(detect: Engine, claim: Row) -> None:
    detect.complete(claim, done=[claim["events"][0]["id"]])


def _runs(claim: Row) -> list[str]:
    return [event["execution"]["id"] for event in claim["events"]]
