"""The catalogue as Supabase's advisors would look at it."""

import psycopg
import pytest

from tests.database.lints import FAULTS, LINTS


@pytest.mark.parametrize("lint", LINTS)
def test_the_lint_finds_nothing(database: psycopg.Connection, lint: str) -> None:
    assert [fault for (fault,) in database.execute(LINTS[lint].encode())] == []


@pytest.mark.parametrize("lint", LINTS)
def test_the_lint_finds_a_planted_fault(database: psycopg.Connection, lint: str) -> None:
    with database.transaction(force_rollback=True):
        database.execute(FAULTS[lint].encode())
        assert [fault for (fault,) in database.execute(LINTS[lint].encode())] != []
