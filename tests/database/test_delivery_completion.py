"""Completion: stored once, by whoever holds the pipeline, whole or not at all."""

import hashlib

import psycopg
import pytest

from tests.database.delivery_actors import Row
from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team, detection, new_id

pytest_plugins = ["tests.database.delivery_fixtures"]


def _decided(claim: Row, **columns: object) -> Row:
    return {"detections": [detection(event, **columns) for event in claim["events"]]}


def _learned(team: Team, text: str, former: str | None) -> Row:
    state = {"pipeline_id": team.pipeline_id, "former_etag": former, "etag": _etag(text), "state": text}
    return {"states": [state]}


def _etag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_what_was_decided_and_learned_is_stored(team: Team) -> None:
    run = team.record()
    detect = team.engine("detect")
    claim = detect.claim()
    answer = detect.complete(claim, **_decided(claim), **_learned(team, '{"runs":1}', None))
    assert answer == {"stored": [team.pipeline_id], "lost": []}
    assert len(team.owner.rows("detections", execution_id=run)) == 1
    states = detect.rpc("read_pipeline_states", pipeline_ids=[team.pipeline_id])
    assert states == {team.pipeline_id: {"etag": _etag('{"runs":1}'), "state": '{"runs":1}'}}
    assert detect.claim()["events"] == []


def test_a_completion_that_comes_twice_is_stored_once(team: Team) -> None:
    run = team.record()
    detect = team.engine("detect")
    claim = detect.claim()
    payload = {**_decided(claim), **_learned(team, '{"runs":1}', None)}
    payload["histories"] = [_history(team)]
    detect.complete(claim, **payload)
    assert detect.complete(claim, **payload) == {"stored": [], "lost": [team.pipeline_id]}
    assert len(team.owner.rows("detections", execution_id=run)) == 1
    team.record()
    (history,) = detect.claim()["histories"]
    assert history["runs"] == [1, 1, 1]


def test_a_claimant_that_lost_the_pipeline_stores_nothing_and_is_told(team: Team, ledger: Ledger) -> None:
    run = team.record()
    late, quick = team.engine("detect"), team.engine("detect")
    former = late.claim()
    ledger.let_leases_expire()
    claim = quick.claim()
    lost = late.complete(
        former, **_decided(former, score=0.9), **_learned(team, '{"late":1}', None), histories=[_history(team)]
    )
    assert lost == {"stored": [], "lost": [team.pipeline_id]}
    assert team.owner.rows("detections", execution_id=run) == []
    assert quick.complete(claim, **_decided(claim, score=0.1))["stored"] == [team.pipeline_id]
    assert [row["score"] for row in team.owner.rows("detections", execution_id=run)] == [0.1]
    assert quick.rpc("read_pipeline_states", pipeline_ids=[team.pipeline_id]) == {}


def test_a_claimant_that_learned_from_a_state_of_yesterday_stores_nothing(team: Team) -> None:
    detect = team.engine("detect")
    team.record()
    detect.complete(detect.claim(), **_learned(team, '{"runs":1}', None))
    run = team.record()
    claim = detect.claim()
    stale = detect.complete(claim, **_decided(claim), **_learned(team, '{"runs":7}', _etag('{"runs":0}')))
    assert stale == {"stored": [], "lost": [team.pipeline_id]}
    assert team.owner.rows("detections", execution_id=run) == []
    again = detect.claim()
    assert again["pipelines"][team.pipeline_id]["etag"] == _etag('{"runs":1}')
    fresh = detect.complete(again, **_decided(again), **_learned(team, '{"runs":2}', _etag('{"runs":1}')))
    assert fresh["stored"] == [team.pipeline_id]


def test_a_row_that_cannot_be_stored_takes_the_whole_completion_with_it(team: Team) -> None:
    team.record()
    detect = team.engine("detect")
    claim = detect.claim()
    document = {"lease": claim["lease"], "done": [claim["events"][0]["id"]], **_decided(claim, score=7)}
    document |= _learned(team, '{"runs":1}', None)
    refused = detect.call("POST", "rpc/complete_detections", json={"payload": document})
    assert refused.status_code == 400, refused.text
    assert detect.rpc("read_pipeline_states", pipeline_ids=[team.pipeline_id]) == {}
    assert detect.complete(claim, **_decided(claim))["stored"] == [team.pipeline_id]


@pytest.mark.parametrize("kind", ["the other engine", "another workspace", "a lease of its own making"])
def test_nobody_completes_what_another_holds(team: Team, ledger: Ledger, kind: str) -> None:
    run = team.record()
    claim = team.engine("detect").claim()
    outsiders = {
        "the other engine": lambda: team.engine("predict"),
        "another workspace": lambda: Team.gathered(team.description, team.http).engine("detect"),
        "a lease of its own making": lambda: team.engine("detect"),
    }
    outsider = outsiders[kind]()
    forged = {**claim, "lease": new_id()} if kind == "a lease of its own making" else claim
    assert outsider.complete(forged)["stored"] == []
    ledger.let_leases_expire()
    assert [event["execution"]["id"] for event in team.engine("detect").claim()["events"]] == [run]


def test_what_was_served_is_kept_once(team: Team, owned: psycopg.Connection) -> None:
    run = team.record()
    record = {
        "execution_id": run,
        "pipeline_id": team.pipeline_id,
        "occurred_at": "2026-11-20T00:00:00Z",
        "feature_fingerprint": "fog",
        "features": [1.5, 2.5],
    }
    detect = team.engine("detect")
    detect.complete(detect.claim(), feature_records=[record, record])
    kept = owned.execute(
        "select engine, features from engine.feature_records where execution_id = %s", [run]
    ).fetchall()
    assert kept == [("detect", [1.5, 2.5])]


def _history(team: Team) -> Row:
    counts = {"runs": [1, 1, 1], "failures": [0, 0, 0]}
    return {"scope": "workspace", "key": team.workspace_id, "as_of": "2026-11-20T00:00:00Z", **counts}
