from pathlib import Path

import pytest

from local.errors import StackError
from local.migrations import Migration, find


def test_they_come_in_order_of_their_versions(tmp_path: Path):
    for name in ("20260102_second.sql", "20260101_first.sql", "notes.md"):
        (tmp_path / name).touch()
    assert find(tmp_path) == [
        Migration(version="20260101", name="first", path=tmp_path / "20260101_first.sql"),
        Migration(version="20260102", name="second", path=tmp_path / "20260102_second.sql"),
    ]


@pytest.mark.parametrize("name", ["notes.sql", "20260101_.sql", "20260101.sql"])
def test_a_file_that_is_no_migration_is_refused(tmp_path: Path, name: str):
    (tmp_path / name).touch()
    with pytest.raises(StackError, match=f"{name} is no migration: name it <digits>_<name>.sql"):
        find(tmp_path)


def test_two_files_of_one_version_are_refused(tmp_path: Path):
    for name in ("20260101_beans.sql", "20260101_more_beans.sql"):
        (tmp_path / name).touch()
    with pytest.raises(StackError, match="have one version: give each its own"):
        find(tmp_path)
