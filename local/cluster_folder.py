"""Where a cluster lies: `<data_dir>/postgres`, or a private temporary folder that this is a link to.

The second where the server's account cannot enter the data folder.
"""

import shutil
import tempfile
import time
from pathlib import Path

from local.account import Account
from local.errors import StackError

PRIVATE_PREFIX = "flexiroaster-postgres-"
LINK_NAME = "linked-from"
ORPHAN_SECONDS = 60.0


def make(folder: Path, account: Account) -> Path:
    """Make the folder when there is none; return where it really is.

    Raises:
        StackError: the account can enter no temporary folder either.
    """
    if folder.is_symlink() and not folder.exists():
        folder.unlink()
    if not folder.exists():
        folder.mkdir(mode=0o700)
        account.give(folder)
        if not account.enters(folder):
            folder.rmdir()
            _make_private(folder, account)
    place = folder.resolve()
    if not account.enters(place):
        raise StackError(f"User {account.name} cannot enter {place}: set TMPDIR to a folder that anyone can.")
    return place


def remove(data_dir: Path) -> None:
    """Delete a stack's data folder, with the private temporary folder of its cluster if it has one."""
    link = data_dir / "postgres"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


def _make_private(link: Path, account: Account) -> None:
    _remove_orphans()
    private = Path(tempfile.mkdtemp(prefix=PRIVATE_PREFIX))
    (private / LINK_NAME).write_text(str(link.absolute()), encoding="utf-8")
    account.give(private)
    link.symlink_to(private)


def _remove_orphans() -> None:
    """Delete private folders whose data folder was deleted without them, as `rm -rf` and a killed test run do."""
    for private in Path(tempfile.gettempdir()).glob(f"{PRIVATE_PREFIX}*"):
        note = private / LINK_NAME
        try:
            link = Path(note.read_text(encoding="utf-8"))
            age_seconds = time.time() - note.stat().st_mtime
        except (OSError, ValueError):
            continue
        if age_seconds > ORPHAN_SECONDS and link.resolve() != private.resolve():
            shutil.rmtree(private, ignore_errors=True)
