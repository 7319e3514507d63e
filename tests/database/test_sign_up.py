"""What somebody has who has just signed up."""

import uuid

import psycopg
import pytest

from local.stack import Stack
from tests.database.actors import PASSWORD, Actor, answered, caller, did


def test_one_personal_workspace_is_made_and_owned(newcomer: Actor) -> None:
    (workspace,) = newcomer.rows("workspaces")
    assert (workspace["personal_for"], workspace["created_by"]) == (newcomer.user_id, newcomer.user_id)
    (membership,) = newcomer.rows("workspace_members")
    assert (membership["user_id"], membership["role"]) == (newcomer.user_id, "owner")


def test_a_pipeline_that_names_no_workspace_goes_to_the_personal_one(newcomer: Actor) -> None:
    pipeline = newcomer.add("pipelines", name="house blend")
    assert (pipeline["workspace_id"], pipeline["owner_id"]) == (newcomer.workspace_id, newcomer.user_id)
    run = newcomer.add("executions", pipeline_id=pipeline["id"])
    assert (run["workspace_id"], run["config_version"]) == (newcomer.workspace_id, 1)
    for table, columns in (
        ("execution_stages", {"stage_name": "roast"}),
        ("logs", {"message": "first crack"}),
        ("metrics", {"metric_name": "drum_celsius", "metric_value": 196}),
    ):
        assert newcomer.add(table, execution_id=run["id"], **columns)["workspace_id"] == newcomer.workspace_id


def test_a_pipeline_in_a_shared_workspace_stays_there(newcomer: Actor) -> None:
    shared = newcomer.add("workspaces", name="Roasters' Guild", created_by=newcomer.user_id)
    assert newcomer.add("pipelines", name="guild blend", workspace_id=shared["id"])["workspace_id"] == shared["id"]
    assert len(newcomer.rows("workspaces", personal_for=newcomer.user_id)) == 1


def test_nobody_makes_a_second_personal_workspace_or_one_for_another(newcomer: Actor) -> None:
    for personal_for in (newcomer.user_id, str(uuid.uuid4())):
        row = {"name": "mine too", "created_by": newcomer.user_id, "personal_for": personal_for}
        assert not did(newcomer.insert("workspaces", row))
    assert not did(newcomer.insert("workspaces", {"name": "not mine", "created_by": None}))


@pytest.mark.parametrize("local_part", ["x" * 210, "o'brien", "röster", "a+%22;drop", "@"])
def test_any_address_that_auth_takes_gets_its_workspace(database: psycopg.Connection, local_part: str) -> None:
    user_id = str(uuid.uuid4())
    address = f"{local_part}@roastery.example"
    with database.transaction(force_rollback=True):
        database.execute("insert into auth.users (id, email) values (%s, %s)", [user_id, address])
        query = "select length(name) from public.workspaces where personal_for = %s"
        ((length,),) = database.execute(query, [user_id]).fetchall()
        assert 1 <= length <= 200


def test_signing_up_again_makes_no_second_workspace(stack: Stack, database: psycopg.Connection) -> None:
    nobody = caller(stack.description, "nobody")
    body = {"email": f"{uuid.uuid4().hex}@roastery.example", "password": PASSWORD}
    user_id = answered(nobody.http.post("/auth/v1/signup", json=body))["user"]["id"]
    nobody.http.post("/auth/v1/signup", json=body)
    query = "select from public.workspaces where personal_for = %s"
    assert database.execute(query, [user_id]).rowcount == 1
