from collections.abc import Iterator

import psycopg
import pytest

from local.stack import Stack
from tests.database.actors import Actor, person
from tests.database.roastery import World


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
def roaster(stack: Stack) -> Actor:
    """Somebody new with an empty workspace of their own."""
    return person(stack.description, "roaster")
