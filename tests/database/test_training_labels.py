"""Labels: what became of a run, and what was said and seen about it later."""

from typing import Any

import psycopg
import pytest

from tests.database.delivery_actors import Row
from tests.database.delivery_team import Team, new_id
from tests.database.roastery import store

pytest_plugins = ["tests.database.training_fixtures"]


def label(team: Team, run: str) -> Row:
    (row,) = team.owner.rows("execution_labels", execution_id=run)
    return row


def decided(owned: psycopg.Connection, team: Team, table: str, run: str, **columns: Any) -> str:
    """A row of an engine about a run; its id."""
    row = {"id": new_id(), "workspace_id": team.workspace_id, "model_version": "rules:1", **columns}
    about = {"pipeline_id": team.pipeline_id, "execution_id": run} if "plan_id" not in columns else {}
    return store(owned, table, row | about)["id"]


def say(team: Team, subject_table: str, subject_id: str, verdict: str) -> None:
    team.owner.insert(
        "feedback",
        {
            "workspace_id": team.workspace_id,
            "subject_table": subject_table,
            "subject_id": subject_id,
            "verdict": verdict,
        },
    )


def repair(owned: psycopg.Connection, team: Team, run: str, status: str) -> str:
    plan = decided(owned, team, "healing_plans", run, plan_hash=new_id())
    return decided(owned, team, "healing_actions", run, plan_id=plan, action="retry_stage", risk_tier=1, status=status)


@pytest.mark.parametrize(("status", "failed"), [("failed", True), ("completed", False), ("cancelled", None)])
def test_a_run_failed_or_did_not_or_was_cancelled(team: Team, status: str, failed: bool | None) -> None:
    found = label(team, team.record(status=status))
    assert found["failed"] is failed
    assert found["recovered"] is (False if failed is not None else None)
    assert found["recovered_weight"] is None
    assert (found["false_alarm"], found["is_expected"], found["is_fixed"], found["action_effective"]) == (
        (False, False, False, None)
    )


def test_a_run_that_goes_on_has_no_label(team: Team) -> None:
    assert team.owner.rows("execution_labels", execution_id=team.start()) == []


def test_a_pass_on_rerun_is_half_believed_and_makes_no_success_of_the_failure(team: Team) -> None:
    run = team.record()
    team.record(retry_of=run, attempt=2, status="failed")
    assert label(team, run)["recovered"] is False
    team.record(
        retry_of=run, attempt=3, status="completed", started_at="2030-01-01T00:00Z", completed_at="2030-01-01T01:00Z"
    )
    found = label(team, run)
    assert (found["failed"], found["recovered"], found["recovered_weight"]) == (True, True, 0.67)
    assert found["labelled_at"].startswith("2030-01-01T01:00"), "known when the retry had ended"


def test_a_person_who_says_fixed_is_wholly_believed(team: Team, owned: psycopg.Connection) -> None:
    run = team.record()
    cause = decided(owned, team, "root_causes", run, confidence=0.5)
    say(team, "root_causes", cause, "fixed")
    found = label(team, run)
    assert (found["failed"], found["recovered"], found["recovered_weight"], found["is_fixed"]) == (True, True, 1, True)


@pytest.mark.parametrize(
    ("status", "effective"), [("effective", True), ("ineffective", False), ("harmful", False), ("acted", None)]
)
def test_a_repair_counts_once_it_is_verified(
    team: Team, owned: psycopg.Connection, status: str, effective: bool | None
) -> None:
    run = team.record()
    repair(owned, team, run, status)
    found = label(team, run)
    assert found["action_effective"] is effective
    assert (found["recovered"], found["recovered_weight"]) == ((True, 1) if effective else (False, None))


@pytest.mark.parametrize("table", ["predictions", "detections"])
def test_a_false_alarm_is_one_about_a_prediction_or_detection(
    team: Team, owned: psycopg.Connection, table: str
) -> None:
    run, other = team.record(), team.record()
    columns: Row = {"score": 0.9, "is_anomaly": True}
    if table == "predictions":
        columns = {"failure_probability": 0.9, "success_probability": 0.1}
    say(team, table, decided(owned, team, table, run, **columns), "false_alarm")
    assert label(team, run)["false_alarm"] is True
    assert label(team, other)["false_alarm"] is False


def test_what_was_expected_is_labelled_so(team: Team, owned: psycopg.Connection) -> None:
    run = team.record()
    alert = decided(owned, team, "alerts", run, severity="low", title="Fog", message="Fog again")
    say(team, "alerts", alert, "expected")
    assert (label(team, run)["is_expected"], label(team, run)["false_alarm"]) == (True, False)


def test_what_strangers_say_about_it_is_not_heard(team: Team, owned: psycopg.Connection) -> None:
    run = team.record()
    detection = decided(owned, team, "detections", run, score=0.9, is_anomaly=True)
    stranger = Team.gathered(team.description, team.http)
    say(stranger, "detections", detection, "false_alarm")
    assert label(team, run)["false_alarm"] is False
    assert stranger.owner.rows("execution_labels", execution_id=run) == []
    assert stranger.engine("train").rows("execution_labels", execution_id=run) == []
    assert len(team.engine("train").rows("execution_labels", execution_id=run)) == 1
    assert team.http.get("/rest/v1/execution_labels").status_code in {401, 403, 404}
