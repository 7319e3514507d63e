"""Fixtures of the lateness tests, on top of those of the delivery tests."""

import psycopg
import pytest

from tests.database.delivery_team import Team
from tests.database.lateness_watch import Night

pytest_plugins = ["tests.database.delivery_fixtures"]


@pytest.fixture
def night(team: Team, owned: psycopg.Connection) -> Night:
    return Night(team, owned)
