"""Throwaway PostgreSQL servers of other versions than the embedded one, where the machine has them."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from local.account import Account
from local.ports import HOST, PortReservation
from local.process import ManagedProcess

DEBIAN = Path("/usr/lib/postgresql")
ADMIN = "postgres"


def installed() -> dict[str, Path]:
    """Folders of server programs by version, newest last."""
    folders = [path.parent for path in DEBIAN.glob("*/bin/postgres")]
    return {folder.parent.name: folder for folder in sorted(folders, key=lambda folder: int(folder.parent.name))}


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """A server with a fresh cluster; the address of its superuser. pg_cron is loaded where it is installed."""
    account = Account.choose()
    folder = Path(tempfile.mkdtemp(prefix="flexiroaster-tests-"))
    if account.name is not None:
        os.chown(folder, account.uid, account.gid)
    cluster = folder / "cluster"
    made = account.run(programs / "initdb", "-D", cluster, "-U", ADMIN, "--auth=trust", "--encoding=UTF8",
                       "--locale=C", "--no-sync")  # fmt: skip
    assert made.returncode == 0, made.stderr
    reservation = PortReservation()
    url = f"postgres://{ADMIN}@{HOST}:{reservation.port}/postgres"
    settings = {"listen_addresses": HOST, "unix_socket_directories": "", "fsync": "off", "timezone": "UTC"}
    if _offers_cron(programs):
        settings |= {"shared_preload_libraries": "pg_cron", "cron.host": HOST}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    process = ManagedProcess(
        name="postgres",
        command=[str(programs / "postgres"), "-D", str(cluster), "-p", str(reservation.port), *options],
        log_path=folder.with_suffix(".log"),
        ready=lambda: _answers(url),
        cwd=Path("/"),
        user=account.name,
        group=account.gid if account.name is not None else None,
        stop_signal=signal.SIGQUIT,
    )
    process.spawn()
    try:
        process.wait_until_ready()
        yield url
    finally:
        process.stop()
        reservation.release()
        shutil.rmtree(folder)
        folder.with_suffix(".log").unlink(missing_ok=True)


def _offers_cron(programs: Path) -> bool:
    shared = programs.parent / "lib" / "pg_cron.so"
    return shared.exists()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
