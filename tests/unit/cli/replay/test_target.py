"""Whose account at which address, into which workspace."""

from pathlib import Path
from uuid import UUID, uuid4

import click
import pytest

from cli.replay import target
from cli.replay.connection import Connection
from cli.replay.credentials import Credentials
from cli.replay.errors import ReplayError
from local.errors import StackError
from tests.unit.local.test_description import describe

GIVEN = ("https://x.example", "sb_publishable_x", "ada@flexiroaster.example", "secret")


def test_what_is_given_is_used(tmp_path: Path) -> None:
    assert target.credentials(*GIVEN, data_dir=tmp_path) == Credentials(*GIVEN)


def test_a_part_of_it_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="--key and --password must be given too"):
        target.credentials(GIVEN[0], None, GIVEN[2], "", data_dir=tmp_path)


def test_nothing_means_the_stack_that_runs_in_the_folder(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=f"No stack runs in {tmp_path / 'none'}"):
        target.credentials(None, None, None, None, data_dir=tmp_path / "none")


def test_what_a_crashed_stack_left_behind_does_not_count(tmp_path: Path) -> None:
    describe().write(tmp_path)
    with pytest.raises(StackError, match=f"No stack runs in {tmp_path} any more"):
        target.credentials(None, None, None, None, data_dir=tmp_path)


def test_the_workspace_is_the_personal_one_unless_another_is_named(connection: Connection, workspace: UUID) -> None:
    with connection:
        assert target.workspace(connection) == workspace
        assert target.workspace(connection, workspace) == workspace
        with pytest.raises(ReplayError, match="is no member of workspace"):
            target.workspace(connection, uuid4())
