from collections.abc import Iterator

import psycopg
import pytest

from local.stack import Stack
from tests.database.actors import Actor, person
from tests.database.roastery import World
from tests.waiting import eventually


@pytest.fixture(scope="session")
def database(stack: Stack) -> Iterator[psycopg.Connection]:
    """The owner of the database: for the catalogue, and for what no API can arrange."""
    with psycopg.connect(stack.description.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def world(stack: Stack, database: psycopg.Connection) -> World:
    """The people and engines of two roasteries."""
    return World.make(stack.description, database)


@pytest.fixture
def newcomer(stack: Stack) -> Actor:
    """Somebody who has just signed up."""
    return person(stack.description, "newcomer")


@pytest.fixture(scope="session")
def regular(stack: Stack) -> Actor:
    return person(stack.description, "regular")


@pytest.fixture
def roaster(regular: Actor) -> Actor:
    """Somebody with an empty workspace: whatever earlier tests put there is gone. Signing up would cost more."""
    # An engine may be at work on them: what that must not cost is for test_deletion to say.
    eventually(lambda: regular.delete("pipelines", workspace_id=regular.workspace_id).is_success)
    return regular


@pytest.fixture
def pipeline(roaster: Actor) -> str:
    """The id of the roaster's only pipeline."""
    return roaster.add("pipelines", name="house blend")["id"]
