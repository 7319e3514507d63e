import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from local.errors import StackError
from local.process import ManagedProcess, child_environment
from local.supervisor import Supervisor
from tests.waiting import eventually

WAIT = "import signal; signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
PARENT = (
    "import subprocess, sys, signal; child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'],"
    " start_new_session=True); print(child.pid, flush=True); signal.pause()"
)


def python(code: str, folder: Path, **options: object) -> ManagedProcess:
    log = folder / "child.log"
    return ManagedProcess(
        name="child",
        command=[sys.executable, "-u", "-c", code],
        log_path=log,
        **{"ready": lambda: True, **options},  # type: ignore[arg-type]
    )


def said(folder: Path) -> str:
    return (folder / "child.log").read_text()


def test_a_child_gets_nothing_that_would_send_it_elsewhere(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "https_proxy", "PGHOST", "AWS_PROFILE", "NODE_OPTIONS", "SUPABASE_URL"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("HARMLESS", "kept")
    environment = child_environment({"SUPABASE_URL": "here"})
    assert environment["HARMLESS"] == "kept"
    assert environment["SUPABASE_URL"] == "here"
    assert "elsewhere" not in environment.values()


def test_one_that_ends_while_starting_says_why(tmp_path: Path):
    process = python("raise SystemExit('no coffee')", tmp_path, ready=lambda: False)
    process.spawn()
    with pytest.raises(StackError, match=r"child ended while starting: no coffee \(log: .*child.log\)"):
        process.wait_until_ready()


def test_one_that_is_never_ready_is_given_up(tmp_path: Path):
    process = python(WAIT, tmp_path, ready=lambda: False, ready_seconds=0.1)
    process.spawn()
    try:
        with pytest.raises(StackError, match="child was not ready after 0 s: it said nothing"):
            process.wait_until_ready()
    finally:
        process.kill()


def test_a_program_that_is_missing_is_a_sentence(tmp_path: Path):
    process = ManagedProcess(name="redis", command=["/missing"], log_path=tmp_path / "log", ready=lambda: True)
    with pytest.raises(StackError, match="redis cannot be started"):
        process.spawn()


def test_a_stubborn_one_is_killed(tmp_path: Path):
    process = python(STUBBORN, tmp_path, stop_seconds=0.2)
    process.spawn()
    eventually(lambda: "ready" in said(tmp_path))
    process.stop()
    assert not process.alive


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_what_it_started_ends_with_it_even_from_another_group(tmp_path: Path, how: str):
    process = python(PARENT, tmp_path)
    process.spawn()
    child = int(eventually(lambda: said(tmp_path).strip()))
    getattr(process, how)()
    eventually(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_stopping_twice_or_what_never_ran_is_nothing(tmp_path: Path):
    process = python(WAIT, tmp_path)
    process.stop()
    process.spawn()
    process.stop()
    process.stop()
    process.kill()
    assert process.pid is None


def test_a_supervisor_starts_stops_and_starts_again(tmp_path: Path):
    supervisor = Supervisor()
    try:
        supervisor.launch(python(WAIT, tmp_path))
        first = supervisor.pids()["child"]
        supervisor.start("child")
        assert supervisor.pids() == {"child": first}
        supervisor.kill("child")
        assert supervisor.dead() == ["child"]
        supervisor.start("child")
        assert supervisor.pids()["child"] != first
        with pytest.raises(StackError, match="no process 'kettle': choose one of child"):
            supervisor.stop("kettle")
    finally:
        supervisor.close(())
    assert supervisor.pids() == {}


def test_a_closed_supervisor_starts_nothing(tmp_path: Path):
    supervisor = Supervisor()
    supervisor.close(())
    with pytest.raises(StackError, match="is stopping"):
        supervisor.launch(python(WAIT, tmp_path))
    assert not (tmp_path / "child.log").exists()


def watchdogs() -> set[psutil.Process]:
    """Our watchdogs; a stack that other tests share has one too."""
    return {child for child in psutil.Process(os.getpid()).children() if "watchdog.py" in " ".join(child.cmdline())}


def test_a_lost_watchdog_is_replaced(tmp_path: Path):
    supervisor = Supervisor()
    others = watchdogs()
    try:
        supervisor.launch(python(WAIT, tmp_path))
        (watchdog,) = watchdogs() - others
        watchdog.send_signal(signal.SIGKILL)
        watchdog.wait()
        supervisor.kill("child")
        supervisor.start("child")
        assert supervisor.pids()
    finally:
        supervisor.close(())
