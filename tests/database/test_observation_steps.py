"""What an observation leads to: all of it or nothing, and of two observers at once one moves the pointer."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.database.observatory import Observatory
from tests.database.training_school import KIND

pytest_plugins = ["tests.database.training_fixtures"]


def test_a_report_is_stored_and_the_task_is_done(observatory: Observatory) -> None:
    version = observatory.deployed("shadow")
    evidence = {"rung": "shadow", "labelled": 120, "verdict": "needs 80 more labelled runs"}
    report = {"model_version_id": version, "score": 0.3, "is_drifted": True, "evidence": evidence}
    train = [{"kind": KIND, "reason": "the tide turned"}]
    assert observatory.completed(observatory.claimed(), reports=[report], train=train)["stored"]
    (stored,) = observatory.school.team.owner.rows("drift_reports", model_version_id=version)
    assert (stored["kind"], stored["score"], stored["evidence"]) == (KIND, 0.3, evidence)
    assert observatory.school.task("observation")["requested_at"] is None
    assert observatory.school.task()["reason"] == "the tide turned"
    (rung,) = observatory.school.team.owner.rows("model_rungs")
    seen = (rung["rung"], rung["is_drifted"], rung["labelled_runs"], rung["verdict"])
    assert seen == ("shadow", True, 120, evidence["verdict"])


def test_under_a_lost_lease_nothing_happens(observatory: Observatory) -> None:
    observatory.deployed("production")
    lost = observatory.claimed()
    observatory.school.move_task("leased_until = now() - interval '1 ms'")
    assert observatory.school.trainer.rpc("claim_task")
    steps, alerts = [observatory.step("roll_back", "production")], [observatory.alert()]
    assert observatory.completed(lost, steps=steps, alerts=alerts) == {"stored": False}
    assert observatory.school.deployment()
    assert observatory.alerts() == []


def test_the_lease_of_a_training_is_not_one_of_an_observation(observatory: Observatory) -> None:
    claim = observatory.school.claimed()
    assert observatory.completed(claim) == {"stored": False}


def test_a_payload_that_is_refused_leaves_no_trace(observatory: Observatory) -> None:
    observatory.deployed("production")
    payload = {
        "lease": observatory.claimed()["lease"],
        "alerts": [observatory.alert()],
        "steps": [observatory.step("roll_back", "production"), observatory.step("sail away", "production")],
    }
    refused = observatory.school.trainer.call("POST", "rpc/complete_observation", json={"payload": payload})
    assert refused.status_code >= 400
    assert observatory.school.deployment()
    assert observatory.alerts() == []


def test_a_challenger_climbs_rung_by_rung_and_leaves_the_one_below(observatory: Observatory) -> None:
    version = observatory.deployed("shadow")
    assert observatory.completed(observatory.claimed(), steps=[observatory.step("advance", "shadow")])["moved"] == [1]
    canary = observatory.school.deployment("canary") or {}
    assert (canary["model_version_id"], canary["canary_percent"]) == (version, 10)
    assert observatory.school.deployment("shadow") is None
    assert observatory.completed(observatory.claimed(), steps=[observatory.step("advance", "canary")])["moved"] == [1]
    assert (observatory.school.deployment() or {})["model_version_id"] == version
    assert observatory.school.deployment("canary") is None


@pytest.mark.parametrize("stale", ["generation", "next_generation"])
def test_an_advance_on_old_news_moves_neither_rung(observatory: Observatory, stale: str) -> None:
    version, above = observatory.deployed("canary"), observatory.deployed("production")
    step = observatory.step("advance", "canary", next_generation=1) | {stale: 7}
    assert observatory.completed(observatory.claimed(), steps=[step])["moved"] == [None]
    assert (observatory.school.deployment("canary") or {})["model_version_id"] == version
    assert (observatory.school.deployment() or {})["model_version_id"] == above


def test_of_two_observers_that_saw_the_same_pointer_one_wins(observatory: Observatory) -> None:
    first = observatory.deployed("production")
    second = observatory.deployed("production")
    assert first != second
    claim = observatory.claimed()
    step = observatory.step("roll_back", "production")

    def complete(_: int) -> object:
        return observatory.completed(claim, steps=[step])

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(complete, range(4)))
    assert [answer for answer in answers if answer["stored"]] == [{"stored": True, "moved": [3]}]
    # One whose observation was overtaken, with a lease of its own but the pointer as it was.
    assert observatory.completed(observatory.claimed(), steps=[step])["moved"] == [None]
    assert (observatory.school.deployment() or {})["model_version_id"] == first


def test_rolling_back_goes_to_the_version_before_and_then_to_the_heuristic(observatory: Observatory) -> None:
    first = observatory.deployed("production")
    observatory.deployed("production")
    for generation, serving in ((3, first), (4, None)):
        step = observatory.step("roll_back", "production")
        assert observatory.completed(observatory.claimed(), steps=[step])["moved"] == [generation]
        assert (observatory.school.deployment() or {}).get("model_version_id") == serving
    changes = observatory.school.team.owner.rows("model_changes", reason="the ebb came")
    assert [(change["changed_by"], change["evidence"]) for change in changes] == [(None, {"rows": 200})] * 2


def test_what_a_person_pinned_is_not_rolled_back_but_the_alert_is_raised(observatory: Observatory) -> None:
    observatory.deployed("production")
    of = {"of_workspace": observatory.school.team.workspace_id, "of_kind": KIND}
    assert observatory.school.team.owner.rpc("pin_model", **of)
    steps, alerts = [observatory.step("roll_back", "production")], [observatory.alert()]
    assert observatory.completed(observatory.claimed(), steps=steps, alerts=alerts)["moved"] == [None]
    assert observatory.school.deployment()
    assert len(observatory.alerts(status="active")) == 1


def test_an_alert_is_raised_once_and_taken_back_by_an_observation_without_it(observatory: Observatory) -> None:
    observatory.deployed("production")
    for _ in range(2):
        observatory.completed(observatory.claimed(), alerts=[observatory.alert()])
    assert len(observatory.alerts()) == 1
    observatory.completed(observatory.claimed(), alerts=[observatory.alert(kind="duration")])
    assert [alert["status"] for alert in observatory.alerts()] == ["resolved"]
