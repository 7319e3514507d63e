"""The rollout: one winner for every move of a pointer, a record of each, and people have the last word."""

from concurrent.futures import ThreadPoolExecutor

from tests.database.delivery_team import Team, new_id
from tests.database.training_school import KIND, School

pytest_plugins = ["tests.database.training_fixtures"]


def test_a_model_is_registered_evaluated_and_served_at_once(school: School) -> None:
    answer = school.registered(rung="production")
    assert (answer["stored"], answer["moved"], answer["generation"]) == (True, True, 1)
    deployment = school.deployment()
    assert deployment is not None
    assert deployment["model_version_id"] == answer["model_version_id"]
    (evaluation,) = school.team.owner.rows("model_evaluations", model_version_id=answer["model_version_id"])
    assert (evaluation["metrics"], evaluation["summary"]) == ({"auc": 0.8}, "better than the almanac")
    assert school.task()["requested_at"] is None
    assert school.task()["result"].items() >= answer.items()
    (change,) = school.team.owner.rows("model_changes", workspace_id=school.team.workspace_id)
    assert (change["from_version_id"], change["to_version_id"], change["changed_by"]) == (
        (None, answer["model_version_id"], None)
    )


def test_under_a_lost_lease_nothing_is_registered(school: School) -> None:
    payload = school.payload(school.claimed(), rung="production")
    school.move_task("leased_until = now() - interval '1 ms'")
    assert school.trainer.rpc("claim_task")
    assert school.trainer.rpc("register_model", payload=payload) == {"stored": False}
    for table in ("model_versions", "model_evaluations", "model_deployments", "model_changes"):
        assert school.team.owner.rows(table, workspace_id=school.team.workspace_id) == []


def test_a_payload_that_is_refused_leaves_no_trace(school: School) -> None:
    payload = school.payload(school.claimed(), rung="the moon")
    assert school.trainer.call("POST", "rpc/register_model", json={"payload": payload}).status_code == 400
    wrong_kind = {**payload, "rung": None, "kind": "duration"}
    assert school.trainer.call("POST", "rpc/register_model", json={"payload": wrong_kind}).status_code == 400
    assert school.team.owner.rows("model_versions", workspace_id=school.team.workspace_id) == []
    assert school.task()["lease"] == payload["lease"]


def test_the_same_bytes_again_are_the_same_version(school: School) -> None:
    sha256 = "ab" * 32
    first, second = school.registered(sha256=sha256), school.registered(sha256=sha256)
    assert first["model_version_id"] == second["model_version_id"]
    assert len(school.team.owner.rows("model_evaluations", workspace_id=school.team.workspace_id)) == 2


def test_of_two_trainers_that_saw_the_same_pointer_one_wins(school: School) -> None:
    assert school.registered(rung="production")["generation"] == 1
    late = school.registered(rung="production", expected_generation=None)
    assert (late["stored"], late["moved"], late["generation"]) == (True, False, None)
    versions = [school.registered()["model_version_id"] for _ in range(4)]

    def move(version: str) -> int | None:
        return school.team.engine("train").rpc(
            "move_model", of_kind=KIND, rung="production", to_version=version, generation=1, reason="better"
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(move, versions))
    assert [answer for answer in answers if answer] == [2]
    assert (school.deployment() or {})["model_version_id"] == versions[answers.index(2)]
    assert len(school.team.owner.rows("model_changes", workspace_id=school.team.workspace_id)) == 2


def test_a_pointer_that_was_taken_away_and_set_again_has_a_generation_of_its_own(school: School) -> None:
    version = school.registered(rung="shadow")["model_version_id"]
    move = {"of_kind": KIND, "rung": "shadow", "reason": "again"}
    assert school.trainer.rpc("move_model", **move, to_version=None, generation=1) == 2
    assert school.deployment("shadow") is None
    assert school.trainer.rpc("move_model", **move, to_version=None, generation=None) is None
    assert school.trainer.rpc("move_model", **move, to_version=version, generation=None) == 3
    assert school.trainer.rpc("move_model", **move, to_version=None, generation=1) is None


def test_the_loop_leaves_what_a_person_pinned_and_people_move_it(school: School) -> None:
    first = school.registered(rung="production")["model_version_id"]
    of = {"of_workspace": school.team.workspace_id, "of_kind": KIND}
    assert school.team.owner.rpc("pin_model", **of) is True
    second = school.registered(rung="production", expected_generation=1)
    assert second["moved"] is False
    away = {"of_kind": KIND, "rung": "production", "to_version": None, "generation": 1, "reason": "worse"}
    assert school.trainer.rpc("move_model", **away) is None
    version = second["model_version_id"]
    assert school.team.owner.rpc("promote_model", version=version, to_rung="production") == 2
    deployment = school.deployment() or {}
    assert (deployment["model_version_id"], deployment["previous_version_id"]) == (version, first)
    assert deployment["pinned"] is True
    assert school.team.owner.rpc("pin_model", **of, pinned=False) is True
    assert school.trainer.rpc("move_model", **{**away, "generation": 2}) == 3


def test_rolling_back_goes_to_the_version_before_and_then_to_none(school: School) -> None:
    first = school.registered(rung="production")["model_version_id"]
    school.registered(rung="production", expected_generation=1)
    of = {"of_workspace": school.team.workspace_id, "of_kind": KIND}
    assert school.team.owner.rpc("roll_back_model", **of) == 3
    assert (school.deployment() or {})["model_version_id"] == first
    assert school.team.owner.rpc("roll_back_model", **of) == 4
    assert school.deployment() is None
    assert school.team.owner.rpc("roll_back_model", **of) is None
    changes = school.team.owner.rows("model_changes", changed_by=school.team.owner.user_id)
    assert {change["generation"] for change in changes} == {3, 4}


def test_a_promotion_said_twice_is_done_once_and_leaves_the_way_back(school: School) -> None:
    first = school.registered(rung="production")["model_version_id"]
    second = school.registered()["model_version_id"]
    promotion = {"version": second, "to_rung": "production"}
    assert school.team.owner.rpc("promote_model", **promotion) == 2
    assert school.team.owner.rpc("promote_model", **promotion) == 2
    assert (school.deployment() or {})["previous_version_id"] == first


def test_only_admins_move_models_and_only_those_of_their_workspace(school: School) -> None:
    version = school.registered(rung="production")["model_version_id"]
    of = {"of_workspace": school.team.workspace_id, "of_kind": KIND}
    calls = {
        "promote_model": {"version": version, "to_rung": "shadow"},
        "pin_model": of,
        "roll_back_model": of,
    }
    stranger = Team.gathered(school.team.description, school.team.http)
    for function, arguments in calls.items():
        for caller in (school.team.member("viewer"), school.team.member("member"), stranger.owner):
            assert caller.call("POST", f"rpc/{function}", json=arguments).status_code == 403, function
        assert school.team.member("admin").rpc(function, **arguments), function
    unknown = {"version": new_id(), "to_rung": "shadow"}
    assert school.team.owner.call("POST", "rpc/promote_model", json=unknown).status_code == 403
    theirs = {"of_kind": KIND, "rung": "canary", "to_version": version, "generation": None, "reason": "theft"}
    refused = stranger.engine("train").call("POST", "rpc/move_model", json=theirs)
    assert refused.status_code in {400, 409}, refused.text
