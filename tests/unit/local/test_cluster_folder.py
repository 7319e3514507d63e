import os
import time
from pathlib import Path

import pytest

from local import cluster_folder
from local.account import Account
from local.cluster_folder import LINK_NAME, ORPHAN_SECONDS, make, remove
from local.errors import StackError


class Confined(Account):
    """An account that can enter no folder whose path holds "closed"."""

    def enters(self, folder: Path) -> bool:
        return "closed" not in str(folder)


ACCOUNT = Confined(name=None, uid=0, gid=0)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(cluster_folder.tempfile, "tempdir", str(folder))
    return folder


def test_it_is_in_the_data_folder_where_the_account_can_enter(tmp_path: Path, temporary: Path):
    assert make(tmp_path / "postgres", ACCOUNT) == tmp_path / "postgres"
    assert os.listdir(temporary) == []


def test_it_is_a_link_where_the_account_cannot(tmp_path: Path, temporary: Path):
    data_dir = tmp_path / "closed"
    data_dir.mkdir()
    place = make(data_dir / "postgres", ACCOUNT)
    assert place.parent == temporary
    assert (data_dir / "postgres").readlink() == place
    assert make(data_dir / "postgres", ACCOUNT) == place
    remove(data_dir)
    assert not place.exists()
    assert not data_dir.exists()


def test_no_open_folder_at_all_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.setattr(cluster_folder.tempfile, "tempdir", str(closed))
    with pytest.raises(StackError, match=r"cannot enter .*: set TMPDIR to a folder that anyone can"):
        make(closed / "postgres", ACCOUNT)


def test_a_private_folder_whose_data_folder_is_gone_goes_too_and_no_other(tmp_path: Path, temporary: Path):
    folders = {name: tmp_path / f"closed-{name}" for name in ("deleted", "kept", "young", "next")}
    for folder in folders.values():
        folder.mkdir()
    places = {name: make(folders[name] / "postgres", ACCOUNT) for name in ("deleted", "kept", "young")}
    (temporary / "flexiroaster-postgres-of-a-stranger").mkdir()
    long_ago = time.time() - 2 * ORPHAN_SECONDS
    for name in ("deleted", "kept"):
        os.utime(places[name] / LINK_NAME, (long_ago, long_ago))
    for name in ("deleted", "young"):
        (folders[name] / "postgres").unlink()
    last = make(folders["next"] / "postgres", ACCOUNT)
    assert set(temporary.iterdir()) == {
        places["kept"],
        places["young"],
        last,
        temporary / "flexiroaster-postgres-of-a-stranger",
    }
