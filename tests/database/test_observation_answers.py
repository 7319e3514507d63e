"""What an observer is shown: answers since a model was deployed, in the order of their labels, of one workspace."""

from tests.database.delivery_team import Team
from tests.database.observatory import Observatory
from tests.database.roastery import store
from tests.database.training_school import KIND

pytest_plugins = ["tests.database.training_fixtures"]

ASKED = {"of_kind": KIND}


def test_a_row_says_who_answered_what_and_what_became_of_the_run(observatory: Observatory) -> None:
    version = observatory.deployed("production")
    others = [
        {"rung": "none", "model_version": "heuristic:1", "model_version_id": None, "failure_probability": 0.125},
        {"rung": "shadow", "model_version": "tides:2", "model_version_id": version, "failure_probability": 0.75},
    ]
    run = observatory.answered(0.5, by=version, others=others)
    answers = observatory.school.trainer.rpc("observed_answers", **ASKED)
    ((execution, answered_at, labelled_at, failed, by, number, kept),) = answers["labelled"]
    assert (execution, failed, by, number) == (run, 1, version, 0.5)
    assert kept == [["none", None, 0.125], ["shadow", version, 0.75]]
    assert labelled_at <= answered_at, "the run was recorded as ended before anybody answered"
    assert (answers["unlabelled"], answers["earlier"]) == ([], 0)


def test_answers_from_before_the_deployment_are_left_out(observatory: Observatory) -> None:
    observatory.answered(0.5)
    assert observatory.school.trainer.rpc("observed_answers", **ASKED)["labelled"] == []
    observatory.deployed("shadow")
    run = observatory.answered(0.5)
    assert [row[0] for row in observatory.school.trainer.rpc("observed_answers", **ASKED)["labelled"]] == [run]


def test_labels_come_in_the_order_in_which_they_became_known(observatory: Observatory) -> None:
    observatory.deployed("shadow")
    first, second = observatory.answered(0.5, status="running"), observatory.answered(0.5)
    unlabelled = observatory.school.trainer.rpc("observed_answers", **ASKED)["unlabelled"]
    assert [(row[0], row[3]) for row in unlabelled] == [(first, None)]
    # By its own clock it ended long ago.
    done = {"status": "completed", "completed_at": "2026-01-01T00:00:00Z"}
    observatory.school.team.owner.update("executions", done, id=first)
    cancelled = observatory.answered(0.5, status="cancelled")
    answers = observatory.school.trainer.rpc("observed_answers", **ASKED)
    assert [(row[0], row[3]) for row in answers["labelled"]] == [(second, 1), (first, 0)]
    assert cancelled not in str(answers)


def test_what_production_answered_before_the_latest_rows_is_counted(observatory: Observatory) -> None:
    version = observatory.deployed("production")
    for _ in range(3):
        observatory.answered(0.5, by=version)
    observatory.answered(0.5)
    latest = [observatory.answered(0.5, by=version) for _ in range(4)]
    answers = observatory.school.trainer.rpc("observed_answers", **ASKED, max_rows=4)
    assert [row[0] for row in answers["labelled"]] == latest
    assert answers["earlier"] == 3


def test_detections_have_answers_and_no_labels(observatory: Observatory) -> None:
    team = observatory.school.team
    claim = observatory.school.claimed("anomaly_detection")
    observatory.school.trainer.rpc("register_model", payload=observatory.school.payload(claim, rung="shadow"))
    row = {"workspace_id": team.workspace_id, "pipeline_id": team.pipeline_id, "execution_id": team.record()}
    store(observatory.database, "detections", row | {"score": 0.25, "is_anomaly": False, "model_version": "rules:1"})
    answers = observatory.school.trainer.rpc("observed_answers", of_kind="anomaly_detection")
    assert [(seen[0], seen[3], seen[5]) for seen in answers["unlabelled"]] == [(row["execution_id"], None, 0.25)]


def test_recent_features_are_the_latest_of_the_asked_definition(observatory: Observatory) -> None:
    school = observatory.school
    for second, fingerprint in enumerate(["f", "f", "old"]):
        school.remember(school.team.record(), f"2026-11-01T02:00:0{second}Z", fingerprint=fingerprint)
    asked = {**ASKED, "of_fingerprint": "f"}
    assert school.trainer.rpc("recent_features", **asked) == [[0.5, 2], [0.5, 2]]
    assert school.trainer.rpc("recent_features", **asked, max_rows=1) == [[0.5, 2]]


def test_the_state_of_the_rollout_names_models_as_engines_load_them(observatory: Observatory) -> None:
    version = observatory.deployed("production")
    (deployment,) = observatory.school.trainer.rpc("rollout_state")["deployments"]
    assert (deployment["rung"], deployment["generation"], deployment["was_drifted"]) == ("production", 1, False)
    assert deployment["model"].items() >= {"id": version, "feature_fingerprint": "tides:1", "threshold": 0.4}.items()
    observatory.completed(
        observatory.claimed(),
        reports=[{"model_version_id": version, "score": 0.5, "is_drifted": True, "evidence": {}}],
    )
    (deployment,) = observatory.school.trainer.rpc("rollout_state")["deployments"]
    assert deployment["was_drifted"] is True


def test_only_the_trainer_of_the_workspace_is_shown_anything(observatory: Observatory) -> None:
    observatory.deployed("production")
    observatory.answered(0.5)
    team = observatory.school.team
    stranger = Team.gathered(team.description, team.http)
    assert stranger.engine("train").rpc("observed_answers", **ASKED)["labelled"] == []
    assert stranger.engine("train").rpc("rollout_state") == {"deployments": [], "healing": None}
    assert (len(team.owner.rows("model_rungs")), stranger.owner.rows("model_rungs")) == (1, [])
    calls = {"observed_answers": ASKED, "recent_features": {**ASKED, "of_fingerprint": "f"}, "rollout_state": {}}
    for function, arguments in calls.items():
        for caller in (team.owner, team.engine("predict")):
            assert caller.call("POST", f"rpc/{function}", json=arguments).status_code in {403, 404}, function
