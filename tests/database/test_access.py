"""For every table, role and verb: who can, and who cannot."""

import uuid

import psycopg
import pytest

from tests.database.access import LINES, READERS, WRITERS
from tests.database.actors import Actor, answered, did
from tests.database.roastery import Row, World, store

pytestmark = pytest.mark.parametrize("table", LINES)


def arrange(world: World, table: str) -> tuple[Row, dict[str, str]]:
    """A row of the home workspace that is there, and the filter that finds it."""
    if table == "workspaces":
        return {}, {"id": world.home.workspace_id}
    if table == "workspace_members":
        row = store(world.home.database, table, membership(world))
        return row, {"user_id": row["user_id"], "workspace_id": row["workspace_id"]}
    row = world.home.arrange(table)
    if table == "pipeline_versions":
        return row, {"pipeline_id": row["pipeline_id"], "version": row["version"]}
    return row, {"id": row["id"]}


def membership(world: World) -> Row:
    """Of an apprentice who has just signed up."""
    user_id = str(uuid.uuid4())
    world.home.database.execute(
        "insert into auth.users (id, email) values (%s, %s)", [user_id, f"apprentice.{user_id}@roastery.example"]
    )
    return {"workspace_id": world.home.workspace_id, "user_id": user_id, "role": "viewer"}


def fresh(world: World, table: str, actor: Actor) -> Row:
    if table == "workspaces":
        return {"name": "Southern Roastery", "created_by": actor.user_id or None}
    if table == "workspace_members":
        return membership(world)
    return world.home.row(table, by=actor.user_id or None)


def test_only_the_right_actors_see_a_row(world: World, table: str) -> None:
    _, key = arrange(world, table)
    assert {name for name, actor in world.actors.items() if did(actor.select(table, **key))} == LINES[table].select


def test_only_the_right_actors_add_a_row(world: World, table: str) -> None:
    assert {
        name for name, actor in world.actors.items() if did(actor.insert(table, fresh(world, table, actor)))
    } == LINES[table].insert


def test_only_the_right_actors_change_a_row(world: World, table: str) -> None:
    able = set()
    for name, actor in world.actors.items():
        _, key = arrange(world, table)
        if did(actor.update(table, LINES[table].change, **key)):
            able.add(name)
            assert answered(world["owner"].select(table, **key))[0].items() >= LINES[table].change.items()
    assert able == LINES[table].update


def test_only_the_right_actors_delete_a_row(world: World, table: str) -> None:
    able = set()
    for name, actor in world.actors.items():
        _, key = arrange(world, table)
        deleted = did(actor.delete(table, **key))
        assert bool(world["owner"].rows(table, **key)) != deleted, name
        if deleted:
            able.add(name)
    assert able == LINES[table].delete


def test_a_viewer_writes_nowhere_and_strangers_are_nowhere(table: str) -> None:
    line = LINES[table]
    if table != "workspaces":
        assert "viewer" not in line.insert | line.update | line.delete
        assert (line.select | line.insert | line.update | line.delete) <= READERS | WRITERS
    assert "anonymous" not in line.select | line.insert | line.update | line.delete


def test_the_table_is_one_of_the_catalogue_and_none_is_missing(database: psycopg.Connection, table: str) -> None:
    tables = {row[0] for row in database.execute("select tablename from pg_tables where schemaname = 'public'")}
    assert table in tables
    assert tables == set(LINES), "every table of schema public has a line in tests/database/access.py"
