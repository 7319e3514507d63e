"""The sweep: what nobody came for is woken for again, ever more patiently."""

from collections.abc import Callable

import psycopg
import pytest

from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team

pytest_plugins = ["tests.database.delivery_fixtures"]


@pytest.fixture
def sweep(owned: psycopg.Connection, settings: dict[str, str]) -> Callable[[], object]:
    settings["sweep_after_seconds"] = "0"
    return lambda: owned.execute("select engine.sweep()")


def test_an_event_whose_wake_up_was_lost_is_woken_for_again(
    team: Team, ledger: Ledger, sweep: Callable[[], object]
) -> None:
    team.start()
    ledger.lose_wake_ups()
    sweep()
    assert ledger.wake_ups() == ["predict"]


def test_an_event_that_is_fresh_is_left_to_its_own_wake_up(
    team: Team, ledger: Ledger, owned: psycopg.Connection, settings: dict[str, str]
) -> None:
    settings["sweep_after_seconds"] = "3600"
    team.start()
    ledger.lose_wake_ups()
    owned.execute("select engine.sweep()")
    assert ledger.wake_ups() == []


def test_who_does_not_answer_is_woken_ever_less_often(
    team: Team, ledger: Ledger, sweep: Callable[[], object], settings: dict[str, str]
) -> None:
    settings["backoff_seconds"], settings["backoff_limit_seconds"] = "100", "300"
    team.start()
    ledger.lose_wake_ups()
    for attempt, expected in enumerate((100, 200, 300, 300), start=1):
        sweep()
        sweep()
        assert len(ledger.wake_ups()) == attempt, "within the pause the sweep is silent"
        awake = ledger.awake("predict")
        assert awake["unanswered"] == attempt
        assert 0.5 * expected - 5 < awake["sweep_wait_seconds"] < 1.5 * expected
        ledger.let_sweep_pauses_pass()


def test_who_answers_is_swept_for_without_delay_again(team: Team, ledger: Ledger, sweep: Callable[[], object]) -> None:
    team.start()
    sweep()
    assert ledger.awake("predict")["unanswered"] == 1
    team.engine("predict").claim()
    awake = ledger.awake("predict")
    assert (awake["unanswered"], awake["sweep_wait_seconds"]) == (0, 0)


def test_what_is_leased_or_put_off_is_not_swept_for_until_it_is_free(
    team: Team, ledger: Ledger, sweep: Callable[[], object]
) -> None:
    team.start()
    ledger.lose_wake_ups()
    predict = team.engine("predict")
    claim = predict.claim()
    sweep()
    assert ledger.wake_ups() == []
    predict.fail(claim, "the lamp is out")
    sweep()
    assert ledger.wake_ups() == []
    ledger.let_backoffs_pass()
    sweep()
    assert ledger.wake_ups() == ["predict"]


def test_what_a_killed_claimant_held_is_swept_for(team: Team, ledger: Ledger, sweep: Callable[[], object]) -> None:
    team.start()
    ledger.lose_wake_ups()
    team.engine("predict").claim()
    ledger.let_leases_expire()
    sweep()
    assert ledger.wake_ups() == ["predict"]


def test_a_workspace_without_work_is_left_alone(team: Team, ledger: Ledger, sweep: Callable[[], object]) -> None:
    team.start()
    predict = team.engine("predict")
    predict.complete(predict.claim())
    ledger.lose_wake_ups()
    sweep()
    assert ledger.wake_ups() == []
