from pathlib import Path

import pytest

from local import folder
from local.errors import StackError
from local.folder import FolderLock, first_unlocked, is_locked, running_stack
from tests.unit.local.test_description import describe


def test_one_stack_at_a_time_has_a_folder(tmp_path: Path):
    data_dir = tmp_path / "data"
    with FolderLock(data_dir):
        assert is_locked(data_dir)
        with pytest.raises(StackError, match="Another stack runs in"):
            FolderLock(data_dir)
    assert not is_locked(data_dir)


def test_the_next_free_folder_is_taken_when_others_run(tmp_path: Path):
    data_dir = tmp_path / "data"
    with FolderLock(data_dir), FolderLock(tmp_path / "data-2"):
        assert first_unlocked(data_dir) == tmp_path / "data-3"
    assert first_unlocked(data_dir) == data_dir


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(folder, "MINIMUM_FREE_BYTES", 1 << 60)
    with pytest.raises(StackError, match=r"Only \d+ MB are free .* make room"):
        FolderLock(tmp_path)
    assert not is_locked(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="cannot be written"):
        FolderLock(tmp_path / "file" / "data")


def test_a_stack_runs_where_somebody_holds_the_folder_and_says_what_it_offers(tmp_path: Path):
    with pytest.raises(StackError, match=f"No stack runs in {tmp_path}: start one"):
        running_stack(tmp_path)
    description = describe()
    with FolderLock(tmp_path):
        description.write(tmp_path)
        assert running_stack(tmp_path) == description
    with pytest.raises(StackError, match=f"No stack runs in {tmp_path} any more"):
        running_stack(tmp_path)
