"""`flexiroaster up` and `flexiroaster status` as a person uses them, and what is left when they end badly."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from local.description import FILE_NAME, StackDescription
from local.stack import Stack
from tests.waiting import eventually

COMMAND = str(Path(sys.executable).with_name("flexiroaster"))


class Up:
    """A running `flexiroaster up`."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.data_dir = data_dir
        self.log = data_dir.with_name(data_dir.name + ".log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [COMMAND, "up", "--data-dir", str(data_dir), *options], stdout=log, stderr=subprocess.STDOUT
            )

    def says(self, text: str, *, within_seconds: float = 60) -> None:
        """Wait until it has said this."""
        eventually(lambda: text in self.log.read_text(), within_seconds=within_seconds)

    def processes(self) -> list[psutil.Process]:
        """Itself and everything below it."""
        itself = psutil.Process(self.process.pid)
        return [itself, *itself.children(recursive=True)]

    def end(self, number: signal.Signals) -> int:
        """Signal it and wait."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def __enter__(self) -> "Up":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self.log.unlink()


def gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def status(data_dir: Path) -> tuple[int, dict[str, Any]]:
    result = subprocess.run(
        [COMMAND, "status", "--data-dir", str(data_dir), "--json", "-"], capture_output=True, text=True, check=False
    )
    return result.returncode, json.loads(result.stdout) if result.stdout else {}


@pytest.mark.parametrize("processes_started", [0, 2, 5, 8])
def test_an_interrupt_in_the_middle_of_the_start_leaves_nothing(data_dir: Path, processes_started: int):
    with Up(data_dir) as up:
        eventually((data_dir / "lock").exists)
        processes = eventually(lambda: (found := up.processes()) and len(found) > processes_started and found)
        assert up.end(signal.SIGINT) == 0
        eventually(lambda: gone(processes))
        assert not any(
            str(data_dir) in " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
        )


def test_nothing_outlives_a_killed_command_and_the_next_one_starts(data_dir: Path):
    with Up(data_dir) as up:
        up.says("Running")
        processes = up.processes()
        password = StackDescription.read(data_dir).demo_password
        up.end(signal.SIGKILL)
        eventually(lambda: gone(processes), within_seconds=15)
    assert status(data_dir)[0] == 2
    with Up(data_dir) as again:
        again.says("Running")
        assert StackDescription.read(data_dir).demo_password == password


def test_status_says_what_runs_and_what_does_not(data_dir: Path):
    assert status(data_dir)[0] == 2
    with Up(data_dir) as up:
        up.says("Running")
        code, healthy = status(data_dir)
        assert code == 0
        assert healthy["healthy"] is True
        assert {part["name"] for part in healthy["parts"]} == set(StackDescription.read(data_dir).processes)
        assert {engine["engine"] for engine in healthy["engines"]} >= {"detect", "predict"}
        assert healthy["tables"]["workspaces"] == 1
        up.process.send_signal(signal.SIGSTOP)
        try:
            os.kill(StackDescription.read(data_dir).processes["redis"], signal.SIGKILL)
            code, unhealthy = eventually(lambda: (answer := status(data_dir)) and answer[0] == 1 and answer)
        finally:
            up.process.send_signal(signal.SIGCONT)
        down = {part["name"]: part["detail"] for part in unhealthy["parts"] if not part["healthy"]}
        assert down == {"redis": "does not run"}
        up.says("redis died")
        up.says("redis is up again")
        assert eventually(lambda: status(data_dir)[0] == 0)


def test_two_runs_side_by_side_do_not_collide_and_an_interrupt_stops_every_process(data_dir: Path):
    with Up(data_dir / "a") as first, Up(data_dir / "b") as second:
        ports = []
        for up in (first, second):
            up.says("Running")
            description = StackDescription.read(up.data_dir)
            ports += [description.api_url, description.gateway_url, description.redis_url, description.object_store_url]
            with psycopg.connect(description.database_url) as database:
                assert database.execute("select count(*) from public.workspaces").fetchone() == (1,)
        assert len(set(ports)) == len(ports)
        for up, number in ((first, signal.SIGINT), (second, signal.SIGTERM)):
            processes = up.processes()
            assert len(processes) > 8
            assert up.end(number) == 0
            eventually(lambda processes=processes: gone(processes))
            assert not (up.data_dir / FILE_NAME).exists()


def test_a_folder_in_use_is_one_sentence(stack: Stack):
    again = subprocess.run(
        [COMMAND, "up", "--data-dir", str(stack.data_dir)], capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert again.stderr == f"Error: Another stack runs in {stack.data_dir}: stop it, or choose another --data-dir.\n"


def test_a_port_in_use_is_one_sentence(data_dir: Path, stack: Stack):
    port = stack.description.gateway_url.rpartition(":")[2]
    command = [COMMAND, "up", "--data-dir", str(data_dir), "--port", port]
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert again.stderr.startswith(f"Error: Port {port} cannot be used")
    assert again.stderr.count("\n") == 1


def test_a_failing_start_is_one_sentence_and_leaves_nothing(data_dir: Path):
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/postgres"}
    failed = subprocess.run(
        [COMMAND, "up", "--data-dir", str(data_dir)], capture_output=True, text=True, check=False, env=environment
    )
    assert failed.returncode == 1
    assert "check its address and rights" in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert not any(
        str(data_dir) in " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
    )
