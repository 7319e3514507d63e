"""Fixtures of the delivery tests, a plugin of theirs: nothing is sent or swept, so that what is arranged stays."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.database.delivery_ledger import Ledger
from tests.database.delivery_team import Team

_SET = "update engine.settings set value = %s where name = %s"


@pytest.fixture(scope="module")
def still_stack(stack: Stack) -> Iterator[Stack]:
    """The stack without wake-ups and schedule: no function hears of anything."""
    was_running = "wake-ups" not in stack.dead()
    stack.stop("wake-ups")
    yield stack
    if was_running:
        stack.start("wake-ups")


@pytest.fixture(scope="module")
def owned(still_stack: Stack) -> Iterator[psycopg.Connection]:
    """The database as its owner. What the teams made is gone afterwards, also what waited to be sent."""
    with psycopg.connect(still_stack.description.database_url, autocommit=True) as connection:
        yield connection
        connection.execute("delete from auth.users where email like '%@lighthouse.example'")
        connection.execute("delete from net.http_request_queue")


@pytest.fixture(scope="module")
def http(still_stack: Stack) -> Iterator[httpx.Client]:
    description = still_stack.description
    headers = {"apikey": description.publishable_key}
    with httpx.Client(base_url=description.api_url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def team(still_stack: Stack, http: httpx.Client) -> Team:
    return Team.gathered(still_stack.description, http)


@pytest.fixture
def ledger(owned: psycopg.Connection, team: Team) -> Ledger:
    return Ledger(owned, team.workspace_id)


@pytest.fixture
def settings(owned: psycopg.Connection) -> Iterator[dict[str, str]]:
    """Operators' settings: what a test assigns is in force until it ends."""
    former = dict(owned.execute("select name, value from engine.settings").fetchall())

    class Settings(dict[str, str]):
        def __setitem__(self, name: str, value: str) -> None:
            owned.execute(_SET, [value, name])

    yield Settings(former)
    for name, value in former.items():
        owned.execute(_SET, [value, name])
