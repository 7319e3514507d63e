"""Error signatures: counted once per detection, first and last whatever the order, and for members only."""

import psycopg
import pytest

from tests.database.delivery_actors import Row
from tests.database.delivery_team import Team, detection, new_id
from tests.database.roastery import store

pytest_plugins = ["tests.database.delivery_fixtures"]

FULL, GONE = "0123456789ab", "ba9876543210"


def evidence(fingerprint: str, template: str = "disk <*> is full") -> Row:
    return {"runs_known": 3, "error_signature": {"fingerprint": fingerprint, "template": template}}


def judged(owned: psycopg.Connection, team: Team, fingerprint: str = FULL, **run: object) -> str:
    """A run that failed and was found to have a signature; its id."""
    execution = team.record(**{"error_message": "disk 3 is full", **run})
    row = {
        "workspace_id": team.workspace_id,
        "pipeline_id": run.get("pipeline_id", team.pipeline_id),
        "execution_id": execution,
        "score": 0.5,
        "is_anomaly": False,
        "model_version": "statistics:1",
        "evidence": evidence(fingerprint),
    }
    store(owned, "detections", row)
    return execution


def known(team: Team, fingerprint: str = FULL) -> Row:
    (row,) = team.owner.rows("error_signatures", fingerprint=fingerprint, pipeline_id=team.pipeline_id)
    return row


def test_what_detect_hands_over_is_counted(team: Team) -> None:
    run = team.record(error_message="disk 3 is full", completed_at="2026-11-24T10:00Z")
    detect = team.engine("detect")
    claim = detect.claim()
    detect.complete(claim, detections=[detection(event, evidence=evidence(FULL)) for event in claim["events"]])
    found = known(team)
    assert (
        found.items()
        >= {
            "template": "disk <*> is full",
            "example": "disk 3 is full",
            "occurrences": 1,
            "first_execution_id": run,
            "last_execution_id": run,
        }.items()
    )
    assert found["first_seen"] == found["last_seen"] == "2026-11-24T10:00:00+00:00"


def test_delivered_twice_counts_once(team: Team) -> None:
    team.record()
    detect = team.engine("detect")
    claim = detect.claim()
    payload = {"detections": [detection(event, evidence=evidence(FULL)) for event in claim["events"]]}
    detect.complete(claim, **payload)
    detect.complete(claim, **payload)
    assert known(team)["occurrences"] == 1


def test_the_same_detection_again_is_not_counted_again(team: Team, owned: psycopg.Connection) -> None:
    judged(owned, team)
    owned.execute(
        "insert into public.detections (workspace_id, pipeline_id, execution_id, score, is_anomaly, model_version,"
        " evidence) select workspace_id, pipeline_id, execution_id, score, is_anomaly, model_version, evidence"
        " from public.detections where workspace_id = %s on conflict do nothing",
        [team.workspace_id],
    )
    assert known(team)["occurrences"] == 1


def test_first_and_last_are_right_whatever_the_order(team: Team, owned: psycopg.Connection) -> None:
    judged(owned, team, completed_at="2026-11-24T11:00Z", error_message="disk 4 is full")
    last = judged(owned, team, completed_at="2026-11-24T12:00Z", error_message="disk 5 is full")
    first = judged(owned, team, completed_at="2026-11-24T10:00Z", error_message="disk 3 is full")
    found = known(team)
    assert (found["first_execution_id"], found["last_execution_id"]) == (first, last)
    assert (found["first_seen"][:16], found["last_seen"][:16]) == ("2026-11-24T10:00", "2026-11-24T12:00")
    assert (found["example"], found["occurrences"]) == ("disk 5 is full", 3)


def test_another_failure_and_another_pipeline_are_counted_apart(team: Team, owned: psycopg.Connection) -> None:
    other = team.pipeline("hourly_load")
    for fingerprint, columns in ((FULL, {}), (FULL, {"pipeline_id": other}), (GONE, {}), (FULL, {})):
        judged(owned, team, fingerprint, **columns)
    assert (known(team)["occurrences"], known(team, GONE)["occurrences"]) == (2, 1)
    rows = team.owner.rows("workspace_error_signatures", workspace_id=team.workspace_id)
    assert {(row["fingerprint"], row["pipelines"], row["occurrences"]) for row in rows} == {(FULL, 2, 3), (GONE, 1, 1)}


def test_an_example_is_bounded(team: Team, owned: psycopg.Connection) -> None:
    judged(owned, team, error_message="x" * 9000)
    assert known(team)["example"] == "x" * 2000


def test_a_detection_without_a_signature_is_not_counted(team: Team) -> None:
    team.record()
    detect = team.engine("detect")
    claim = detect.claim()
    detect.complete(claim, detections=[detection(event) for event in claim["events"]])
    assert team.owner.rows("error_signatures", workspace_id=team.workspace_id) == []


def test_a_forgotten_run_leaves_its_signature(team: Team, owned: psycopg.Connection) -> None:
    run = judged(owned, team)
    owned.execute("delete from public.executions where id = %s", [run])
    found = known(team)
    assert (found["occurrences"], found["first_execution_id"], found["last_execution_id"]) == (1, None, None)


def test_a_stranger_sees_nothing_of_it(team: Team, owned: psycopg.Connection) -> None:
    judged(owned, team)
    stranger = Team.gathered(team.description, team.http)
    for table in ("error_signatures", "workspace_error_signatures"):
        assert stranger.owner.rows(table, workspace_id=team.workspace_id) == []
        assert len(team.member("viewer").rows(table, workspace_id=team.workspace_id)) == 1


@pytest.mark.parametrize("fingerprint", ["", "0123456789AB", "0123", new_id()])
def test_a_fingerprint_that_is_none_is_refused(team: Team, owned: psycopg.Connection, fingerprint: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        judged(owned, team, fingerprint)
