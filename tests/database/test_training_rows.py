"""Training rows: in pages by keyset, of one workspace, with what became of each run."""

from datetime import UTC, datetime

import pytest

from tests.database.delivery_team import Team, new_id
from tests.database.roastery import store
from tests.database.training_school import School

pytest_plugins = ["tests.database.training_fixtures"]

NIGHT = {"started_at": "2026-11-01T02:00:00Z", "completed_at": "2026-11-01T02:10:00Z"}
ASKED = {"of_kind": "failure_prediction", "of_fingerprint": "f"}


def strange(school: School, verdict: str | None, *, is_anomaly: bool = True) -> str:
    """A run that was looked at by the detector, and what the owner said about that."""
    run = school.team.record(status="completed")
    school.remember(run, "2026-11-01T02:10:00Z", engine="detect")
    row = {"id": new_id(), "workspace_id": school.team.workspace_id, "pipeline_id": school.team.pipeline_id}
    judged = {"execution_id": run, "score": 0.9, "is_anomaly": is_anomaly, "model_version": "rules:1"}
    detection = store(school.database, "detections", row | judged)["id"]
    if verdict:
        about = {"subject_table": "detections", "subject_id": detection, "verdict": verdict}
        school.team.owner.insert("feedback", {"workspace_id": school.team.workspace_id, **about})
    return run


def test_a_row_says_what_was_known_and_what_became_of_it(school: School) -> None:
    run = school.team.record(**NIGHT)
    school.remember(run, "2026-11-01T02:00:00.123456Z")
    (row,) = school.trainer.rpc("training_rows", **ASKED)
    began = datetime(2026, 11, 1, 2, 0, 0, 123456, tzinfo=UTC)
    assert datetime.fromtimestamp(row[1], UTC) == began, "to the microsecond: it is where the next page begins"
    ended = datetime(2026, 11, 1, 2, 10, tzinfo=UTC).timestamp()
    assert row == [run, row[1], ended, 1, 600, school.team.pipeline_id, [0.5, 2]]
    assert school.trainer.rpc("training_rows", of_kind="duration", of_fingerprint="f") == [row]


def test_only_ended_runs_with_these_features_are_rows(school: School) -> None:
    for status, fingerprint in (("completed", "f"), ("failed", "f"), ("cancelled", "f"), ("failed", "old")):
        school.remember(school.team.record(status=status), "2026-11-01T02:00:00Z", fingerprint=fingerprint)
    school.remember(school.team.start(), "2026-11-01T02:00:00Z")
    assert sorted(row[3] for row in school.trainer.rpc("training_rows", **ASKED)) == [0, 1]
    counts = school.trainer.rpc("training_counts", **ASKED)
    assert (counts["rows"], counts["failures"], counts["other_fingerprints"]) == (2, 1, 1)
    assert counts["first_at"] == counts["last_at"]


def test_counts_name_the_generation_of_each_rung(school: School) -> None:
    assert school.trainer.rpc("training_counts", **ASKED)["generations"] == {}
    school.registered(rung="shadow")
    assert school.trainer.rpc("training_counts", **ASKED)["generations"] == {"shadow": 1}


def test_pages_follow_one_another_without_gap_or_repetition(school: School) -> None:
    runs = [school.team.record() for _ in range(7)]
    for position, run in enumerate(runs):
        # Three share a moment, so that a page ends within it.
        school.remember(run, f"2026-11-01T02:00:0{position // 3}.5Z")
    seen: list[str] = []
    after: dict[str, str] = {}
    while page := school.trainer.rpc("training_rows", **ASKED, **after, max_rows=2):
        seen += [row[0] for row in page]
        after = {"after_at": datetime.fromtimestamp(page[-1][1], UTC).isoformat(), "after_id": page[-1][0]}
    assert len(seen) == 7
    assert set(seen) == set(runs)
    before = school.trainer.rpc("training_rows", **ASKED, before_at="2026-11-01T02:00:01.5Z")
    assert {row[0] for row in before} == set(runs[:3])


@pytest.mark.parametrize(
    ("verdict", "is_anomaly", "excluded"),
    [
        (None, True, 1),
        ("confirmed", True, 1),
        ("false_alarm", True, 0),
        ("expected", True, 0),
        (None, False, 0),
        ("fixed", False, 1),
    ],
)
def test_what_was_strange_is_kept_from_a_detector_unless_somebody_objected(
    school: School, verdict: str | None, is_anomaly: bool, excluded: int
) -> None:
    strange(school, verdict, is_anomaly=is_anomaly)
    (row,) = school.trainer.rpc("training_rows", of_kind="anomaly_detection", of_fingerprint="f")
    assert row[3] == excluded


def test_what_a_stranger_objects_to_is_kept_from_a_detector_all_the_same(school: School) -> None:
    run = strange(school, None)
    (detection,) = school.team.owner.rows("detections", execution_id=run)
    stranger = Team.gathered(school.team.description, school.team.http)
    about = {"subject_table": "detections", "subject_id": detection["id"], "verdict": "false_alarm"}
    stranger.owner.insert("feedback", {"workspace_id": stranger.workspace_id, **about})
    (row,) = school.trainer.rpc("training_rows", of_kind="anomaly_detection", of_fingerprint="f")
    assert row[3] == 1


def test_rows_are_for_the_trainer_of_the_workspace_alone(school: School) -> None:
    school.remember(school.team.record(), "2026-11-01T02:00:00Z")
    stranger = Team.gathered(school.team.description, school.team.http)
    assert stranger.engine("train").rpc("training_rows", **ASKED) == []
    assert stranger.engine("train").rpc("training_counts", **ASKED)["rows"] == 0
    for function in ("training_rows", "training_counts"):
        for caller in (school.team.owner, school.team.engine("predict")):
            assert caller.call("POST", f"rpc/{function}", json=ASKED).status_code in {403, 404}


def test_an_unknown_kind_is_said_to_be_unknown(school: School) -> None:
    refused = school.trainer.call("POST", "rpc/training_rows", json={**ASKED, "of_kind": "weather"})
    assert refused.status_code == 400
    assert "weather" in refused.text
