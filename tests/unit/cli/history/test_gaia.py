"""Fetching the Gaia log: pinned, verified, nothing of it run."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from cli.history import gaia, read_history
from cli.history.sdist import DownloadError, SourceDistribution, sha256_of

LOG = b"""; UnixStartTime: 1400749079
; Queue:  1  default  default
1 0 500 9 1 9 1024 1 60 -1 1 5 5 5 1 -1 -1 -1
2 0 0 9 1 9 1024 1 60 -1 0 6 6 6 1 -1 -1 -1
"""
SETUP = b"raise SystemExit('the code of the sdist was run')"


def sdist(folder: Path, files: dict[str, bytes]) -> SourceDistribution:
    folder.mkdir(exist_ok=True)
    path = folder / "evalys-4.0.7.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return SourceDistribution(name="evalys", version="4.0.7", sha256=sha256_of(path))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all the package index there is."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return tmp_path / "index"


def test_the_log_is_fetched_once_converted_and_sorted_by_start(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaia, "SDIST", sdist(index, {gaia.MEMBER: LOG, "evalys-4.0.7/setup.py": SETUP}))
    history = gaia.gaia_history(tmp_path / "downloads")
    assert [row.execution_id for row in read_history(history)] == ["gaia-2", "gaia-1"]

    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("fetched again"))
    assert gaia.gaia_history(tmp_path / "downloads") == history
    history.unlink()
    assert gaia.gaia_history(tmp_path / "downloads") == history


def test_an_archive_with_another_content_is_not_used(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = sdist(index, {gaia.MEMBER: LOG})
    sdist(index, {gaia.MEMBER: LOG + b"\n", "evalys-4.0.7/setup.py": SETUP})
    monkeypatch.setattr(gaia, "SDIST", wanted)
    with pytest.raises(DownloadError, match=r"pip cannot get evalys-4\.0\.7\.tar\.gz"):
        gaia.gaia_history(tmp_path / "downloads")
    assert list((tmp_path / "downloads").iterdir()) == []


def test_a_spoiled_download_is_fetched_again(index: Path, tmp_path: Path) -> None:
    wanted = sdist(index, {"evalys-4.0.7/setup.py": SETUP})
    spoiled = tmp_path / "downloads" / wanted.file_name
    spoiled.parent.mkdir()
    spoiled.write_bytes(b"half of it")
    assert sha256_of(wanted.fetch(tmp_path / "downloads")) == wanted.sha256


def test_an_index_without_it_is_a_sentence(index: Path, tmp_path: Path) -> None:
    index.mkdir()
    absent = SourceDistribution(name="evalys", version="4.0.7", sha256="0" * 64)
    with pytest.raises(DownloadError, match=r"pip cannot get evalys-4\.0\.7\.tar\.gz \(No matching distribution"):
        absent.fetch(tmp_path)


def test_a_python_without_pip_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text("#!/bin/sh\necho 'No module named pip' >&2; exit 1\n")
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    with pytest.raises(DownloadError, match="No module named pip"):
        SourceDistribution(name="evalys", version="4.0.7", sha256="0" * 64).fetch(tmp_path)


@pytest.mark.parametrize("files", [{"evalys-4.0.7/README": b"no log"}, {gaia.MEMBER: b"1 2 3\n"}])
def test_an_archive_without_a_readable_log_is_a_sentence(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> None:
    monkeypatch.setattr(gaia, "SDIST", sdist(index, {**files, "evalys-4.0.7/setup.py": SETUP}))
    with pytest.raises(DownloadError, match=r"evalys-4\.0\.7\.tar\.gz cannot be read"):
        gaia.gaia_history(tmp_path / "downloads")
