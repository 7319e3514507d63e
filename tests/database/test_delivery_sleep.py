"""Falling asleep and being woken: between the two, no event is left lying."""

import pytest

from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team, recorded

pytest_plugins = ["tests.database.delivery_fixtures"]


def test_an_engine_that_finds_nothing_falls_asleep(team: Team, ledger: Ledger) -> None:
    team.record()
    assert ledger.awake("detect")["is_awake"]
    detect = team.engine("detect")
    detect.complete(detect.claim())
    assert ledger.awake("detect")["is_awake"]
    claim = detect.claim()
    assert (claim["events"], claim["more"]) == ([], False)
    assert not ledger.awake("detect")["is_awake"]


def test_whoever_writes_after_that_wakes_it(team: Team, ledger: Ledger) -> None:
    team.engine("detect").claim()
    team.record()
    assert "detect" in ledger.wake_ups()


def test_a_writer_who_was_told_that_it_is_awake_is_waited_for(team: Team, ledger: Ledger) -> None:
    detect = team.engine("detect")
    team.record()
    detect.complete(detect.claim())
    ledger.lose_wake_ups()
    with team.writer() as writer:
        recorded(writer, team.pipeline_id)
        claim = detect.claim()
        assert (claim["events"], claim["more"]) == ([], True)
    assert ledger.wake_ups() == []
    assert len(detect.claim()["events"]) == 1


def test_a_writer_who_took_it_all_back_leaves_nothing(team: Team) -> None:
    detect = team.engine("detect")
    with team.writer() as writer:
        recorded(writer, team.pipeline_id)
        assert detect.claim()["more"]
        writer.rollback()
    assert (detect.claim()["events"], detect.claim()["more"]) == ([], False)


@pytest.mark.parametrize("name", ["detect", "predict"])
def test_one_engine_sleeps_while_the_other_is_awake(team: Team, ledger: Ledger, name: str) -> None:
    team.record()
    engine = team.engine(name)
    engine.complete(engine.claim())
    engine.claim()
    awake = {other: ledger.awake(other)["is_awake"] for other in ("detect", "predict")}
    assert awake == {"detect": name != "detect", "predict": name != "predict"}
