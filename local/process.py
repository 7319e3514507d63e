"""One child process of the stack: started in its own process group, logged to a file, stopped for certain."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local.errors import StackError

POLL_SECONDS = 0.02
TAIL_LINES = 5
FOREIGN_PREFIXES = ("PG", "AWS_", "SUPABASE_", "UPSTASH_", "NODE_", "GUNICORN_", "WEBHOOK_", "ARTIFACTS_")


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without what would steer a child elsewhere (proxies, other clouds' keys), plus `extra`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith("_PROXY") and not name.startswith(FOREIGN_PREFIXES)
    }
    return {**kept, **extra}


@dataclass
class ManagedProcess:
    """How to run one process, and the process while it runs.

    `ready` is asked until it says yes, at most `ready_seconds`; `stop_signal` is what asks the process to end.
    """

    name: str
    command: Sequence[str]
    log_path: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: str | None = None
    group: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    ready_seconds: float = 30.0
    _popen: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._popen.pid if self._popen is not None and self._popen.poll() is None else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.pid is not None

    def spawn(self) -> int:
        """Start the process and return its id, without waiting until it is ready."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            try:
                self._popen = subprocess.Popen(
                    list(self.command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self.cwd,
                    env=child_environment(self.environment),
                    user=self.user,
                    group=self.group,
                    extra_groups=[] if self.user is not None else None,
                    start_new_session=True,
                )
            except OSError as error:
                raise StackError(f"{self.name} cannot be started ({error}): run `make install` again.") from error
        return self._popen.pid

    def wait_until_ready(self) -> None:
        """Wait for `ready`.

        Raises:
            StackError: the process ended or took too long; the sentence carries the end of its log.
        """
        deadline = time.monotonic() + self.ready_seconds
        while not self.ready():
            if not self.alive:
                raise StackError(f"{self.name} ended while starting: {self.log_tail()}")
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} was not ready after {self.ready_seconds:.0f} s: {self.log_tail()}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask the process to end and wait; kill it when it takes too long, and whatever it leaves behind."""
        if self._popen is None or not self.alive:
            return
        descendants = _descendants(self._popen.pid)
        self._signal(self.stop_signal)
        try:
            self._popen.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        _kill(descendants)

    def kill(self) -> None:
        """Kill the process and its descendants at once, and wait until they are gone."""
        if self._popen is None or not self.alive:
            return
        descendants = _descendants(self._popen.pid)
        self._signal(signal.SIGKILL)
        self._popen.wait()
        _kill(descendants)

    def log_tail(self) -> str:
        """The last lines of the log, and where it is."""
        text = self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""
        lines = [line.strip() for line in text.splitlines()[-TAIL_LINES:] if line.strip()]
        return f"{' | '.join(lines) or 'it said nothing'} (log: {self.log_path})"

    def _signal(self, number: signal.Signals) -> None:
        if self._popen is not None and self._popen.poll() is None:
            os.killpg(self._popen.pid, number)


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=5)
