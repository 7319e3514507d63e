"""What the members of one workspace may do to each other, and whose word is whose."""

import pytest

from local.stack import Stack
from tests.database.actors import did, person
from tests.database.roastery import World


def test_nobody_raises_their_own_role_or_takes_a_workspace_from_its_owner(world: World) -> None:
    place = {"workspace_id": world.home.workspace_id}
    for name in ("admin", "member", "viewer", "stranger"):
        me = place | {"user_id": world[name].user_id}
        assert not did(world[name].update("workspace_members", {"role": "owner"}, **me)), name
        assert not did(world[name].delete("workspace_members", user_id=world["owner"].user_id, **place)), name
        assert not did(world[name].insert("workspace_members", me | {"role": "owner"})), name
    assert not did(world["viewer"].update("workspace_members", {"role": "member"}, user_id=world["viewer"].user_id))


def test_whoever_is_below_owner_may_leave(stack: Stack, world: World) -> None:
    guest = person(stack.description, "guest")
    place = {"workspace_id": world.home.workspace_id, "user_id": guest.user_id}
    world["admin"].add("workspace_members", role="viewer", **place)
    assert guest.rows("pipelines", id=world.home.pipeline_id)
    assert did(guest.delete("workspace_members", **place))
    assert not guest.rows("pipelines", id=world.home.pipeline_id)


def test_only_its_owner_deletes_a_workspace_and_never_a_personal_one(world: World) -> None:
    made = world["owner"].add("workspaces", name="Pop-up Roastery", created_by=world["owner"].user_id)["id"]
    world["owner"].add("workspace_members", workspace_id=made, user_id=world["admin"].user_id, role="admin")
    assert not did(world["admin"].delete("workspaces", id=made))
    assert did(world["owner"].delete("workspaces", id=made))
    assert not did(world["owner"].delete("workspaces", id=world.home.workspace_id))


@pytest.mark.parametrize("table", ["feedback", "approvals", "healing_policies", "maintenance_windows"])
def test_nobody_speaks_in_anothers_name(world: World, table: str) -> None:
    assert not did(world["admin"].insert(table, world.home.row(table, by=world["owner"].user_id)))


def test_people_change_no_word_of_what_an_engine_wrote(world: World) -> None:
    for table, change in (("alerts", {"title": "All is well"}), ("recommendations", {"confidence": 1})):
        key = world.home.arrange(table)["id"]
        assert not did(world["owner"].update(table, change, id=key))


def test_feedback_is_its_givers_own(world: World) -> None:
    for name in ("member", "admin"):
        row = world.home.row("feedback", by=world[name].user_id)
        del row["given_by"]
        said = world[name].add("feedback", **row)
        assert said["given_by"] == world[name].user_id
        assert did(world[name].update("feedback", {"note": "too dark"}, id=said["id"]))
        assert not did(world["owner"].update("feedback", {"note": "just right"}, id=said["id"]))
        assert did(world[name].delete("feedback", id=said["id"]))
