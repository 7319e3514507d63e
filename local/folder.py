"""The data folder of a stack: one user at a time, and enough room."""

import fcntl
import shutil
import time
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from local.description import StackDescription
from local.errors import StackError

MINIMUM_FREE_BYTES = 500 * 1024 * 1024
LOCK_NAME = "lock"
LOCK_TRIES = 5
LOCK_TRY_SECONDS = 0.02
MAX_FOLDERS = 100


class FolderInUseError(StackError):
    """A live stack holds the data folder."""


class FolderLock:
    """Holds a data folder for this process. The kernel lets it go when the process dies, however it dies."""

    def __init__(self, data_dir: Path) -> None:
        """Make the folder (mode 0711: the database's account passes through, nobody else reads) and lock it.

        Raises:
            StackError: it cannot be written, another stack runs there, or the disk is nearly full.
        """
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
            self._file = (data_dir / LOCK_NAME).open("a")
        except OSError as error:
            raise StackError(f"{data_dir} cannot be written ({error.strerror}): choose another --data-dir.") from error
        if not _lock(self._file):
            self._file.close()
            raise FolderInUseError(f"Another stack runs in {data_dir}: stop it, or choose another --data-dir.")
        free = shutil.disk_usage(data_dir).free
        if free < MINIMUM_FREE_BYTES:
            self._file.close()
            raise StackError(
                f"Only {free // 1024**2} MB are free under {data_dir}: "
                f"make room for {MINIMUM_FREE_BYTES // 1024**2} MB, or choose another --data-dir."
            )

    def __enter__(self) -> Self:
        """The lock is held since it was made."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let the folder go."""
        self._file.close()


def _lock(file: TextIO) -> bool:
    """Lock the file. Somebody who only asks whether it is locked holds it for a moment, hence more than one try."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(LOCK_TRY_SECONDS)
        else:
            return True
    return False


def is_locked(data_dir: Path) -> bool:
    """Whether a live stack holds the folder."""
    try:
        with (data_dir / LOCK_NAME).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def first_unlocked(data_dir: Path) -> Path:
    """The folder itself, or `<folder>-2`, `<folder>-3`, ... when live stacks hold those before it."""
    names = [data_dir, *(data_dir.with_name(f"{data_dir.name}-{number}") for number in range(2, MAX_FOLDERS))]
    for candidate in names:
        if not is_locked(candidate):
            return candidate
    raise StackError(f"{MAX_FOLDERS} stacks run beside {data_dir}: stop some of them.")


def running_stack(data_dir: Path) -> StackDescription:
    """What the stack that runs in the folder offers.

    Raises:
        StackError: none does; what a crashed one left behind does not count.
    """
    description = StackDescription.read(data_dir)
    if not is_locked(data_dir):
        raise StackError(f"No stack runs in {data_dir} any more: start one with `flexiroaster up`.")
    return description


def default_data_dir() -> Path:
    """`.flexiroaster/data` in the checkout this code runs from, or in the current folder when it is installed."""
    project = Path(__file__).parent.parent
    base = project if (project / "pyproject.toml").exists() else Path.cwd()
    return base / ".flexiroaster" / "data"
