"""Finding Node.js, redis-server and the Data API, and saying what to do when they are missing."""

import sys
from pathlib import Path

import pytest

from local import account, data_api, node, postgres, redis
from local.credentials import Credentials
from local.errors import StackError


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with nothing: an empty PATH, and no wheel that carries a program."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for module in (node, postgres, redis):
        monkeypatch.setattr(module, "find_spec", lambda _: None)
    return tmp_path


def program(folder: Path, name: str, *, prints: str = "") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)
    return path


def test_no_redis_is_a_sentence(bare: Path):
    with pytest.raises(StackError, match=r"redis-server is missing: run `make install`, or install"):
        redis.find_server()


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_the_machines_own_redis_will_do(bare: Path, name: str):
    path = program(bare, name)
    assert redis.find_server() == str(path)


def test_no_node_is_a_sentence(bare: Path):
    with pytest.raises(StackError, match=r"Node.js 20 or later is missing: run `make install`"):
        node.node()


@pytest.mark.parametrize(("version", "good"), [("v18.20.0", False), ("v20.1.0", True), ("v24.0.0", True), ("", False)])
def test_an_old_node_does_not_count(bare: Path, version: str, good: bool):
    path = program(bare, "node", prints=version)
    assert node.find_node() == ([str(path)] if good else None)


def test_npm_without_a_recent_node_does_not_count(bare: Path):
    program(bare, "npm")
    program(bare, "node", prints="v16.0.0")
    assert node.find_npm() is None


def test_no_postgres_is_a_sentence(bare: Path):
    with pytest.raises(StackError, match="embedded PostgreSQL is missing: run `make install`, or pass --database-url"):
        postgres.binaries()


def test_a_data_api_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(data_api, "PROGRAM", tmp_path / "missing.js")
    with pytest.raises(StackError, match="embedded Data API is missing: run `make install`"):
        data_api.prepare(tmp_path, port=1, database_url="postgres://x", credentials=Credentials.make())


def test_an_npm_that_fails_is_a_sentence(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    program(bare, "node", prints="v20.0.0")
    (bare / "npm").write_text("#!/bin/sh\necho 'no space left' >&2\nexit 1\n")
    (bare / "npm").chmod(0o755)
    assert node.main(["install"]) == 1
    assert capsys.readouterr().err == "Installing the Data API's packages failed: no space left\n"


def test_secrets_are_quoted_in_the_data_apis_configuration():
    text = data_api.configuration(
        port=54321, database_url='postgres://ada:"quoted"@127.0.0.1/ledger', credentials=Credentials.make()
    )
    assert 'url = "postgres://ada:\\"quoted\\"@127.0.0.1/ledger"' in text
    assert "[auth.email]\nenable_confirmations = false" in text


@pytest.mark.skipif(sys.platform != "linux", reason="root is refused everywhere, but only Linux has these accounts")
def test_root_never_runs_the_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(account.os, "geteuid", lambda: 0)
    assert account.Account.choose().uid != 0
    monkeypatch.setattr(account, "UNPRIVILEGED_USERS", ())
    with pytest.raises(StackError, match="refuses to run as root: run this as another user"):
        account.Account.choose()
