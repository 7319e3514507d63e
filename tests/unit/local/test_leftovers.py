import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from local.description import FILE_NAME
from local.folder import LOCK_NAME, FolderLock
from local.leftovers import end_leftovers, remove_abandoned
from tests.unit.local.test_description import describe


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", "input()", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0) as running:
        try:
            yield running
        finally:
            running.kill()


def test_what_a_crash_left_running_is_ended_and_strangers_are_not(tmp_path: Path):
    with process(str(tmp_path / "x")) as ours, process() as stranger:
        describe(processes={"redis": ours.pid, "functions": stranger.pid, "gone": 2**22 + 1}).write(tmp_path)
        assert end_leftovers(tmp_path) == ["redis"]
        assert not psutil.pid_exists(ours.pid)
        assert stranger.poll() is None
        assert not (tmp_path / FILE_NAME).exists()


def test_a_folder_without_a_crash_has_no_leftovers(tmp_path: Path):
    assert end_leftovers(tmp_path) == []
    assert os.listdir(tmp_path) == []


def test_an_abandoned_folder_goes_with_its_cluster_and_its_processes(tmp_path: Path):
    abandoned, cluster = tmp_path / "demo-1", tmp_path / "elsewhere"
    for folder in (abandoned, cluster):
        folder.mkdir()
    (abandoned / LOCK_NAME).touch()
    (abandoned / "postgres").symlink_to(cluster)
    with process(str(abandoned / "x")) as ours:
        describe(processes={"redis": ours.pid}).write(abandoned)
        remove_abandoned(tmp_path, "demo-")
        assert not psutil.pid_exists(ours.pid)
    assert os.listdir(tmp_path) == []


def test_folders_that_are_used_or_just_being_made_or_of_another_name_stay(tmp_path: Path):
    (tmp_path / "demo-made").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / LOCK_NAME).touch()
    with FolderLock(tmp_path / "demo-used"):
        remove_abandoned(tmp_path, "demo-")
    assert sorted(os.listdir(tmp_path)) == ["data", "demo-made", "demo-used"]
