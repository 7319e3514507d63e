"""The ward of the healing tests, as a plugin of theirs."""

import psycopg
import pytest

from tests.database.delivery_team import Team
from tests.database.healing_ward import Ward

pytest_plugins = ["tests.database.delivery_fixtures"]


@pytest.fixture
def ward(team: Team, owned: psycopg.Connection) -> Ward:
    return Ward(team, owned)
