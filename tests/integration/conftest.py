import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.cluster_folder import remove
from local.ports import PortReservation
from local.postgres import ADMIN, EmbeddedPostgres

NUMBERS = itertools.count(1)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder for the data of a stack, or of several stacks in folders `a` and `b`."""
    folder = Path(tempfile.mkdtemp(prefix="flexiroaster-tests-"))
    yield folder
    for stack_folder in (folder / "a", folder / "b", folder):
        remove(stack_folder)


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """The superuser's address of a server of its own, where a role `ada`, who is no superuser, may make roles."""
    folder = Path(tempfile.mkdtemp(prefix="flexiroaster-tests-"))
    folder.chmod(0o711)
    reservation = PortReservation()
    server = EmbeddedPostgres(folder, port=reservation.port, admin_password="correct-horse")
    process = server.prepare()
    process.spawn()
    try:
        process.wait_until_ready()
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute("create role ada login createrole bypassrls password 'battery staple'")
            connection.execute("alter role ada set createrole_self_grant = 'set, inherit'")
        yield server.admin_url
    finally:
        process.stop()
        reservation.release()
        remove(folder)


@pytest.fixture
def server_url(admin_url: str) -> str:
    """Ada's address of a new database that she owns."""
    name = f"ledger_{next(NUMBERS)}"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"create database {name} owner ada".encode())
    return admin_url.replace(f"{ADMIN}:correct-horse", "ada:battery%20staple").removesuffix("/postgres") + f"/{name}"
