"""Fixtures of the training tests, on top of those of the delivery tests."""

from collections.abc import Callable

import psycopg
import pytest

from tests.database.delivery_team import Team
from tests.database.observatory import Observatory
from tests.database.training_school import School

pytest_plugins = ["tests.database.delivery_fixtures"]


@pytest.fixture
def school(team: Team, owned: psycopg.Connection) -> School:
    return School(team, owned)


@pytest.fixture
def sweep(owned: psycopg.Connection, settings: dict[str, str]) -> Callable[[], object]:
    settings["sweep_after_seconds"] = "0"
    return lambda: owned.execute("select engine.sweep()")


@pytest.fixture
def observatory(school: School) -> Observatory:
    return Observatory(school)
