"""What a stranger who has guessed every id, a viewer and a forger cannot do."""

import uuid

import pytest

from local.stack import Stack
from tests.database.actors import PASSWORD, answered, did, person
from tests.database.roastery import ENGINES, World


@pytest.mark.parametrize("table", ["executions", "pipeline_stages", "execution_stages", "logs", "metrics"])
@pytest.mark.parametrize("workspace", ["the other's", "the stranger's own", "none"])
def test_a_stranger_hangs_nothing_on_another_roastery(world: World, table: str, workspace: str) -> None:
    row = world.home.row(table)
    row["workspace_id"] = {"the other's": row["workspace_id"], "the stranger's own": world.away.workspace_id}.get(
        workspace
    )
    assert not did(world["stranger"].insert(table, row))
    assert not world["owner"].rows(table, id=row["id"])


def test_a_stranger_moves_no_run_into_another_roastery(world: World) -> None:
    run = world.away.arrange("executions")["id"]
    for change in (
        {"workspace_id": world.home.workspace_id},
        {"pipeline_id": world.home.pipeline_id},
        {"pipeline_id": world.home.pipeline_id, "workspace_id": world.home.workspace_id},
    ):
        assert not did(world["stranger"].update("executions", change, id=run))


@pytest.mark.parametrize("name", ["stranger", "anonymous", "viewer", "stranger's predict"])
def test_a_write_without_a_filter_reaches_nothing_of_another_roastery(world: World, name: str) -> None:
    for table in ("executions", "pipelines", "metrics", "predictions"):
        key = world.home.arrange(table)["id"]
        change = {"workspace_id": world.away.workspace_id}
        # The stranger's own rows must not go either: they are what the other tests hang on.
        if name != "stranger":
            world[name].http.delete(f"/rest/v1/{table}")
        world[name].http.patch(f"/rest/v1/{table}", json=change)
        assert [row["workspace_id"] for row in world["owner"].rows(table, id=key)] == [world.home.workspace_id]


def test_a_stranger_ingests_nothing_for_another_roastery(world: World) -> None:
    for workspace_id in (None, world.home.workspace_id, world.away.workspace_id):
        run = {"id": str(uuid.uuid4()), "pipeline_id": world.home.pipeline_id, "workspace_id": workspace_id}
        refused = world["stranger"].call("ingest", payload={"executions": [run]})
        assert 400 <= refused.status_code < 500, refused.text
        assert not world["owner"].rows("executions", id=run["id"])
    taken = {"id": world.home.execution_id, "pipeline_id": world.away.pipeline_id, "status": "failed"}
    assert world["stranger"].call("ingest", payload={"executions": [taken]}).is_client_error
    assert world["owner"].rows("executions", id=taken["id"])[0]["status"] == "running"


def test_a_stranger_is_told_nothing_about_a_run_or_a_queue(world: World) -> None:
    for asked in ({"of_execution": world.home.execution_id}, {"of_pipeline": world.home.pipeline_id}):
        assert answered(world["stranger"].call("question_context", for_engine="predict", **asked)) is None
        assert answered(world["viewer"].call("question_context", for_engine="predict", **asked)) is not None


def test_a_viewer_ingests_nothing(world: World) -> None:
    run = {"id": str(uuid.uuid4()), "pipeline_id": world.home.pipeline_id}
    assert world["viewer"].call("ingest", payload={"executions": [run]}).is_client_error
    assert answered(world["member"].call("ingest", payload={"executions": [run]}))["executions"] == 1


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_sees_one_workspace_only(world: World, name: str) -> None:
    assert {row["workspace_id"] for row in world[name].rows("executions")} == {world.home.workspace_id}
    assert [row["id"] for row in world[name].rows("workspaces")] == [world.home.workspace_id]


def test_an_engine_moves_no_row_into_another_workspace(world: World) -> None:
    row = world.home.arrange("predictions")
    assert not did(world["predict"].update("predictions", {"workspace_id": world.away.workspace_id}, id=row["id"]))
    assert not did(world["predict"].insert("predictions", world.away.row("predictions")))


def test_a_user_who_forges_claims_at_sign_up_is_a_user(stack: Stack, world: World) -> None:
    forged = {"role": "ai_engine", "workspace_id": world.home.workspace_id, "engine": "predict"}
    forger = person(stack.description, "forger")
    body = {"email": f"{uuid.uuid4().hex}@roastery.example", "password": PASSWORD, "data": forged, **forged}
    session = answered(forger.http.post("/auth/v1/signup", json=body))
    headers = {"authorization": f"Bearer {session['access_token']}"}
    rows = answered(forger.http.get("/rest/v1/executions", headers=headers))
    claim = forger.http.post("/rest/v1/rpc/claim_events", json={}, headers=headers)
    assert rows == []
    assert claim.status_code in (401, 403)
