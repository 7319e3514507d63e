"""A history file, inserted by `flexiroaster replay` as an ordinary user, comes out predicted and detected."""

import json
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.history import write_history
from cli.history.synthetic import synthetic_history
from cli.main import main
from cli.replay import target
from cli.replay.connection import Connection
from cli.replay.credentials import Credentials
from local import data_api
from local.stack import Stack
from tests.waiting import eventually

RUNS = 240
TABLES = ("executions", "metrics", "predictions", "detections", "pipelines")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "runs.csv.gz"
    write_history(path, synthetic_history(RUNS))
    return path


@pytest.fixture
def person(stack: Stack) -> Credentials:
    """Somebody who has just signed up."""
    found = stack.description
    email = f"ada-{uuid.uuid4().hex[:8]}@flexiroaster.example"
    data_api.sign_up(found.api_url, publishable_key=found.publishable_key, email=email, password="correct horse")
    return Credentials(url=found.api_url, key=found.publishable_key, email=email, password="correct horse")


@pytest.fixture
def connection(person: Credentials) -> Iterator[Connection]:
    with Connection(person, note=print, stop=threading.Event()) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _signed_in(person: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEXIROASTER_URL", person.url)
    monkeypatch.setenv("FLEXIROASTER_KEY", person.key)
    monkeypatch.setenv("FLEXIROASTER_EMAIL", person.email)
    monkeypatch.setenv("FLEXIROASTER_PASSWORD", person.password)


def command(history: Path) -> list[str]:
    return ["replay", str(history), "--data-dir", str(history.parent)]


def replay(history: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, [*command(history), "--json", "-", *options])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def counts(connection: Connection) -> dict[str, int]:
    workspace_id = str(target.workspace(connection))
    return {table: connection.count(table, workspace_id=workspace_id) for table in TABLES}


def test_every_run_gets_one_prediction_and_one_detection(history: Path, connection: Connection) -> None:
    result = replay(history)
    assert result["decided"]["predictions"] == result["decided"]["detections"] == RUNS
    assert (result["rows"], result["items_sent"], result["events_left"], result["dead_letters"]) == (RUNS, 480, 0, 0)
    assert counts(connection) == {
        "executions": RUNS,
        "metrics": 2 * RUNS,
        "predictions": RUNS,
        "detections": RUNS,
        "pipelines": 8,
    }


def test_what_is_stored_is_what_the_file_says(history: Path, connection: Connection) -> None:
    replay(history)
    rows = [row for page in connection.pages("executions", "*") for row in page]
    failed = [row for row in synthetic_history(RUNS) if row.status == "failed"]
    assert sorted(str(row["error_message"]) for row in rows if row["status"] == "failed") == sorted(
        str(row.error_message) for row in failed
    )
    assert {row["attempt"] for row in rows} == {1}
    assert "is_anomaly" not in json.dumps(rows)
    tags = {row["name"]: row["tags"] for page in connection.pages("pipelines", "id,name,tags") for row in page}
    assert tags["orders-load"] == ["owner:commerce"]


def test_replaying_again_adds_nothing(history: Path, connection: Connection) -> None:
    replay(history)
    stored = counts(connection)
    assert replay(history)["items_sent"] == 0
    assert replay(history, "--restart")["items_sent"] == 480
    assert counts(connection) == stored


def test_an_interrupted_replay_goes_on_where_it_stopped(history: Path, connection: Connection) -> None:
    slowly = [sys.executable, "-m", "cli.main", *command(history), "--speed", "300"]
    with subprocess.Popen(slowly, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        eventually(lambda: counts(connection)["executions"] > 3, within_seconds=30)
        process.send_signal(signal.SIGINT)
        words, _ = process.communicate(timeout=30)
    assert process.returncode == 130, words
    assert "the same command goes on from here" in words
    before = counts(connection)["executions"]
    assert 3 < before < RUNS

    result = replay(history)
    assert result["resumed_from"] > 3
    assert result["items_sent"] == 480 - result["resumed_from"]
    assert counts(connection)["predictions"] == counts(connection)["detections"] == RUNS


def test_a_data_api_that_restarts_is_waited_for(history: Path, connection: Connection, stack: Stack) -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        replaying = pool.submit(replay, history, "--speed", "4000")
        eventually(lambda: counts(connection)["executions"] > 3, within_seconds=30)
        stack.restart("data-api")
        result = replaying.result(timeout=150)  # a lease that was lost with the Data API ends after a minute
    assert result["retries"] > 0
    assert counts(connection)["predictions"] == counts(connection)["detections"] == RUNS


def test_wrong_credentials_are_one_sentence(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEXIROASTER_PASSWORD", "wrong")
    result = CliRunner().invoke(main, command(history))
    assert result.exit_code == 1
    assert "cannot sign in" in result.stderr
    assert "Traceback" not in result.output


def test_a_workspace_of_strangers_is_refused(history: Path) -> None:
    result = CliRunner().invoke(main, [*command(history), "--workspace", str(uuid.uuid4())])
    assert result.exit_code == 1
    assert "is no member of workspace" in result.stderr
