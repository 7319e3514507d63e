import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local import folder
from local.description import FILE_NAME
from local.errors import StackError
from local.folder import FolderLock, end_leftovers, first_unlocked, is_locked
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


def test_what_a_crash_left_running_is_ended_and_strangers_are_not(tmp_path: Path):
    ours = subprocess.Popen(
        [sys.executable, "-c", "input()", str(tmp_path / "x")], stdin=subprocess.PIPE, process_group=0
    )
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, process_group=0)
    try:
        describe(processes={"redis": ours.pid, "functions": stranger.pid, "gone": 2**22 + 1}).write(tmp_path)
        assert end_leftovers(tmp_path) == ["redis"]
        assert not psutil.pid_exists(ours.pid)
        assert stranger.poll() is None
        assert not (tmp_path / FILE_NAME).exists()
    finally:
        for process in (ours, stranger):
            process.kill()
            process.communicate()


def test_a_folder_without_a_crash_has_no_leftovers(tmp_path: Path):
    assert end_leftovers(tmp_path) == []
    assert os.listdir(tmp_path) == []
