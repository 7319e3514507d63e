"""What a stack that crashed leaves behind: processes that still run, and a folder that nobody will use again."""

import os
import signal
from pathlib import Path

import psutil

from local.cluster_folder import remove
from local.description import FILE_NAME, StackDescription
from local.errors import StackError
from local.folder import LOCK_NAME, is_locked


def end_leftovers(data_dir: Path) -> list[str]:
    """Kill what a crashed stack left running in this folder; return the names.

    Only for whoever holds the lock. A process id may have gone to a stranger since: only a process that names the
    folder in its command line, working directory or environment is ours.
    """
    try:
        left = StackDescription.read(data_dir / FILE_NAME).processes
    except StackError:
        return []
    ended = []
    for name, pid in left.items():
        if _belongs_to(pid, data_dir):
            _kill_group(pid)
            ended.append(name)
    (data_dir / FILE_NAME).unlink(missing_ok=True)
    return ended


def _belongs_to(pid: int, data_dir: Path) -> bool:
    try:
        process = psutil.Process(pid)
        places = [*process.cmdline(), process.cwd(), *process.environ().values()]
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    wanted = {str(data_dir), str((data_dir / "postgres").resolve())}
    return any(place in wanted or place.startswith(tuple(f"{folder}/" for folder in wanted)) for place in places)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
        psutil.Process(pid).wait(timeout=5)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return


def remove_abandoned(parent: Path, prefix: str) -> None:
    """Delete the data folders of crashed stacks whose names begin like this, and end what still runs in them."""
    for folder in parent.glob(f"{prefix}*"):
        if (folder / LOCK_NAME).exists() and not is_locked(folder):  # without a lock file it is being made just now
            end_leftovers(folder)
            remove(folder)
