"""What `rca` is woken by and shown."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.database.delivery_actors import Row
from tests.database.delivery_team import Team, detection

pytest_plugins = ["tests.database.delivery_fixtures"]


def detected(team: Team, **columns: object) -> Row:
    """`detect` stores its word about all that ended."""
    detect = team.engine("detect")
    claim = detect.claim()
    detect.complete(claim, detections=[detection(event, **columns) for event in claim["events"]])
    return claim


def claimed(team: Team) -> list[str]:
    return [event["execution"]["id"] for event in team.engine("rca").claim()["events"]]


def test_a_failed_run_is_explained_once_detect_has_said_its_word(team: Team) -> None:
    run = team.record()
    assert claimed(team) == []
    detected(team)
    assert claimed(team) == [run]


def test_a_strange_run_is_explained_and_a_healthy_one_is_not(team: Team) -> None:
    team.record(status="completed")
    detected(team)
    assert claimed(team) == []
    strange = team.record(status="completed")
    detected(team, is_anomaly=True)
    assert claimed(team) == [strange]


def test_causes_are_stored_once_with_their_detection(team: Team) -> None:
    run = team.record()
    detected(team)
    rca = team.engine("rca")
    claim = rca.claim()
    cause = {
        "pipeline_id": team.pipeline_id,
        "execution_id": run,
        "rank": 1,
        "family": "schema_data",
        "subcause": "missing_column",
        "confidence": 0.8,
        "model_version": "rules:1",
    }
    for _ in range(2):
        rca.complete(claim, root_causes=[cause])
    (stored,) = team.owner.rows("root_causes", execution_id=run)
    (found,) = team.owner.rows("detections", execution_id=run)
    assert (stored["family"], stored["detection_id"]) == ("schema_data", found["id"])


@pytest.fixture
def context(team: Team):
    def ask(run: str) -> Row:
        return team.engine("rca").rpc("diagnosis_contexts", of_executions=[run]).get(run)

    return ask


def test_it_is_shown_the_log_and_that_of_the_last_green_run(team: Team, context) -> None:
    green = team.record(status="completed")
    team.owner.insert("logs", {"execution_id": green, "message": "lamp lit"})
    run = team.record()
    for number, message in enumerate(["lamp lit", "oil is out"]):
        line = {"execution_id": run, "message": message, "level": "error", "created_at": f"2026-11-01T00:00:0{number}Z"}
        team.owner.insert("logs", line)
    shown = context(run)
    assert [line[1:] for line in shown["log"]] == [[None, "error", "lamp lit"], [None, "error", "oil is out"]]
    assert {line[0] for line in shown["log"]} == {row["id"] for row in team.owner.rows("logs", execution_id=run)}
    assert [line[1:] for line in shown["passing_log"]] == [[None, "info", "lamp lit"]]
    assert shown["last_success"]["id"] == green


def test_it_is_shown_what_changed_since(team: Team, context) -> None:
    team.owner.call("PATCH", f"pipelines?id=eq.{team.pipeline_id}", json={"config": {"env": {"LAMP": "gas"}}})
    team.record(status="completed")
    team.owner.call("PATCH", f"pipelines?id=eq.{team.pipeline_id}", json={"config": {"env": {"LAMP": "led"}}})
    shown = context(team.record())
    assert shown["config"]["env"] == {"LAMP": "led"}
    assert shown["last_success"]["config"]["env"] == {"LAMP": "gas"}


def test_it_is_shown_what_the_same_error_was_before(team: Team, owned: psycopg.Connection, context) -> None:
    before, run = team.record(), team.record()
    detected(team)
    evidence = {"error_signature": {"fingerprint": "0a0000000001", "template": "oil is out"}}
    owned.execute("update detections set evidence = %s where workspace_id = %s", [Jsonb(evidence), team.workspace_id])
    owned.execute(
        """
        insert into root_causes (workspace_id, pipeline_id, execution_id, family, subcause, confidence, model_version)
        values (%s, %s, %s, 'resource_bottleneck', 'disk_full', 0.9, 'rules:1')
        """,
        [team.workspace_id, team.pipeline_id, before],
    )
    (former,) = context(run)["former_causes"]
    assert (former["family"], former["subcause"], former["runs"]) == ("resource_bottleneck", "disk_full", 1)


def test_a_run_of_others_is_shown_to_nobody(team: Team, still_stack, http, context) -> None:
    stranger = Team.gathered(still_stack.description, http)
    assert context(stranger.record()) is None


def test_a_member_is_shown_the_same_and_a_stranger_nothing(team: Team, still_stack, http, context) -> None:
    run = team.record()
    assert team.owner.rpc("diagnosis_contexts", of_executions=[run]) == {run: context(run)}
    stranger = Team.gathered(still_stack.description, http)
    assert stranger.owner.rpc("diagnosis_contexts", of_executions=[run]) == {}


def test_no_other_engine_is_shown_logs_this_way(team: Team) -> None:
    run = team.record()
    answer = team.engine("detect").call("POST", "rpc/diagnosis_contexts", json={"of_executions": [run]})
    assert answer.status_code == 403


def test_many_runs_at_once_share_the_lines_of_their_logs(team: Team, context) -> None:
    runs = [team.record() for _ in range(3)]
    lines = [{"execution_id": runs[0], "message": f"wave {number}"} for number in range(17_000)]
    team.owner.call("POST", "logs", json=lines)
    assert len(context(runs[0])["log"]) == 17_000
    together = team.engine("rca").rpc("diagnosis_contexts", of_executions=runs)
    assert len(together[runs[0]]["log"]) == 50_000 // 3
    many = team.engine("rca").call("POST", "rpc/diagnosis_contexts", json={"of_executions": runs * 40})
    assert many.status_code == 400
