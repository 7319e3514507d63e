"""The account that the embedded PostgreSQL runs as."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError
from local.process import child_environment

UNPRIVILEGED_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Whom the server runs as. PostgreSQL refuses root; `name` is None when we are an ordinary user ourselves."""

    name: str | None
    uid: int
    gid: int

    @classmethod
    def choose(cls) -> "Account":
        """Ourselves, or, for root, the first unprivileged account of this machine."""
        if os.geteuid() != 0:
            return cls(name=None, uid=os.geteuid(), gid=os.getegid())
        for name in UNPRIVILEGED_USERS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
        raise StackError("PostgreSQL refuses to run as root: run this as another user, or add a user `postgres`.")

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as this account and return what it printed."""
        return subprocess.run(
            [str(word) for word in command],
            user=self.name,
            group=self.gid if self.name is not None else None,
            extra_groups=[] if self.name is not None else None,
            cwd="/",
            env=child_environment({}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def reaches(self, *command: str | Path) -> bool:
        """Whether the account can run the command; not when a folder on the way is closed to it."""
        try:
            return self.run(*command).returncode == 0
        except PermissionError:
            return False

    def enters(self, folder: Path) -> bool:
        """Whether the account can go into the folder and write there."""
        return self.reaches("/bin/sh", "-c", 'cd "$0" && test -w .', folder)

    def give(self, path: Path) -> None:
        """Make the account the owner of the file or folder."""
        if self.name is not None:
            os.chown(path, self.uid, self.gid)
