"""Runs the stack's processes by name, and makes sure that none outlives us."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from local.errors import StackError
from local.process import ManagedProcess

WATCHDOG = Path(__file__).with_name("watchdog.py")


class Supervisor:
    """Starts, stops and kills processes; safe to use from several threads.

    A watchdog process learns of each one, and ends them all when we are gone without having done so.
    """

    def __init__(self) -> None:
        self._processes: dict[str, ManagedProcess] = {}
        self._guard = threading.RLock()
        self._closed = False
        self._watchdog: subprocess.Popen[str] | None = None

    def launch(self, process: ManagedProcess) -> None:
        """Start a process and wait until it answers.

        Raises:
            StackError: it failed, or the supervisor is closed.
        """
        with self._guard:
            if self._closed:
                raise StackError("The stack is stopping.")
            group = process.spawn()
            self._processes[process.name] = process
            self._tell_watchdog(f"+{group} {int(process.stop_signal)}")
        process.wait_until_ready()

    def start(self, name: str) -> None:
        """Start a stopped process again; nothing happens when it runs."""
        process = self._find(name)
        if not process.alive:
            self.launch(process)

    def stop(self, name: str) -> None:
        """Ask a process to end and wait until it has."""
        process = self._find(name)
        self._end(process, process.stop)

    def kill(self, name: str) -> None:
        """Kill a process and its children."""
        process = self._find(name)
        self._end(process, process.kill)

    def pids(self) -> dict[str, int]:
        """Process ids by name, of those that run."""
        with self._guard:
            return {name: process.pid for name, process in self._processes.items() if process.pid is not None}

    def dead(self) -> list[str]:
        """The names of those that do not run."""
        with self._guard:
            return [name for name, process in self._processes.items() if not process.alive]

    def log_tail(self, name: str) -> str:
        """The end of a process's log."""
        return self._find(name).log_tail()

    def close(self, order: Sequence[str]) -> None:
        """Stop every process, those in `order` first and in that order; start none any more. Safe to repeat."""
        with self._guard:
            self._closed = True
            names = sorted(self._processes, key=lambda name: order.index(name) if name in order else len(order))
        for name in names:
            self.stop(name)
        with self._guard:
            if self._watchdog is not None:
                self._watchdog.communicate()
                self._watchdog = None

    def _find(self, name: str) -> ManagedProcess:
        if name not in self._processes:
            raise StackError(f"The stack has no process {name!r}: choose one of {', '.join(sorted(self._processes))}.")
        return self._processes[name]

    def _end(self, process: ManagedProcess, how: Callable[[], None]) -> None:
        group = process.pid
        how()
        if group is not None:
            with self._guard:
                self._tell_watchdog(f"-{group}")

    def _tell_watchdog(self, line: str) -> None:
        if self._watchdog is None or self._watchdog.poll() is not None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", str(WATCHDOG)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            line = "\n".join(
                [f"+{p.pid} {int(p.stop_signal)}" for p in self._processes.values() if p.pid is not None] + [line]
            )
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.write(line + "\n")
            self._watchdog.stdin.flush()
