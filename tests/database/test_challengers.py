"""Challengers come with every claim of their own workspace, and what they said is kept beside what was served."""

import httpx

from local.stack import Stack
from tests.database.delivery_team import Team
from tests.database.training_school import KIND, School

pytest_plugins = ["tests.database.training_fixtures"]


def challengers(team: Team) -> list[dict]:
    team.start()
    return team.engine("predict").claim()["challengers"].get(KIND, [])


def test_without_any_a_claim_has_none(school: School) -> None:
    school.registered(rung="production")
    assert challengers(school.team) == []


def test_a_shadow_and_a_canary_come_with_the_claim(school: School) -> None:
    shadow, canary = school.registered(rung="shadow"), school.registered(rung="canary")
    found = {one["rung"]: one for one in challengers(school.team)}
    assert (found["shadow"]["percent"], found["canary"]["percent"]) == (0, 10)
    assert found["shadow"]["model"]["id"] == shadow["model_version_id"]
    assert found["canary"]["model"]["model_version"] == canary["model_version"]


def test_the_share_of_a_canary_is_its_deployments_own_where_it_has_one(school: School) -> None:
    school.registered(rung="canary")
    school.database.execute("update public.model_deployments set canary_percent = 35 where rung = 'canary'")
    assert [one["percent"] for one in challengers(school.team)] == [35]


def test_another_workspace_is_told_nothing(school: School, still_stack: Stack, http: httpx.Client) -> None:
    school.registered(rung="shadow")
    assert challengers(Team.gathered(still_stack.description, http)) == []
