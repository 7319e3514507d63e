"""`--database-url`: a Postgres that somebody else runs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from local.cluster_folder import remove
from local.errors import StackError
from local.hosted import use_extension
from local.ports import PortReservation
from local.postgres import ADMIN, EmbeddedPostgres
from local.stack import Stack
from tests.integration.target import listening
from tests.waiting import eventually


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="flexiroaster-tests-"))
    yield made
    remove(made / "server")
    remove(made)


@pytest.fixture
def admin_url(folder: Path) -> Iterator[str]:
    """A server of its own: its superuser's address."""
    reservation = PortReservation()
    server = EmbeddedPostgres(folder / "server", port=reservation.port, admin_password="correct-horse")
    (folder / "server").mkdir(mode=0o711)
    folder.chmod(0o711)
    process = server.prepare()
    process.spawn()
    try:
        process.wait_until_ready()
        yield server.admin_url
    finally:
        process.stop()
        reservation.release()


@pytest.fixture
def server_url(admin_url: str) -> str:
    """An ordinary role that owns a database and may make roles: no superuser."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("create role ada login createrole bypassrls password 'battery staple'")
        connection.execute("alter role ada set createrole_self_grant = 'set, inherit'")
        connection.execute("create database ledger owner ada")
    return admin_url.replace(f"{ADMIN}:correct-horse", "ada:battery%20staple").removesuffix("/postgres") + "/ledger"


def test_it_is_used_as_it_is_and_no_other_is_started(folder: Path, server_url: str):
    with Stack(folder / "data", database_url=server_url) as stack, listening() as target:
        description = stack.description
        assert description.database_url == server_url
        assert description.embedded_postgres is False
        assert "postgres" not in description.processes
        assert not (folder / "data" / "postgres").exists()
        with psycopg.connect(server_url, autocommit=True) as database:
            owner = database.execute("select tableowner from pg_tables where tablename = 'executions'").fetchone()
            assert owner == ("ada",)
            database.execute("select net.http_post(url => %s)", [target.url])
            eventually(lambda: target.received)
        answer = httpx.post(
            f"{description.api_url}/auth/v1/token",
            params={"grant_type": "password"},
            headers={"apikey": description.publishable_key},
            json={"email": description.demo_email, "password": description.demo_password},
            trust_env=False,
        )
        assert answer.is_success


def test_a_second_stack_on_it_migrates_nothing_and_keeps_its_user(folder: Path, server_url: str):
    said: list[str] = []
    with Stack(folder / "data", database_url=server_url, log=said.append) as stack:
        email = stack.description.demo_email
    assert any("Applied" in line for line in said)
    said.clear()
    with Stack(folder / "data", database_url=server_url, log=said.append) as stack:
        assert stack.description.demo_email == email
    assert not any("Applied" in line for line in said)


def test_a_failing_migration_names_file_and_line_and_leaves_no_trace(folder: Path, server_url: str):
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "20260101000000_good.sql").write_text("create table public.good (id int);\n")
    (migrations / "20260102000000_bad.sql").write_text(
        "create table public.half (id int);\n\n-- the next one fails\ninsert into public.half\nselect 1/0;\n"
    )
    with (
        pytest.raises(StackError, match=r"20260102000000_bad\.sql:4: division by zero"),
        Stack(folder / "data", database_url=server_url, migrations_dir=migrations),
    ):
        pass
    with psycopg.connect(server_url, autocommit=True) as database:
        done = database.execute(
            "select version, name, statements from supabase_migrations.schema_migrations"
        ).fetchall()
        assert done == [("20260101000000", "good", ["create table public.good (id int)"])]
        assert database.execute("select to_regclass('public.half')").fetchone() == (None,)


@pytest.mark.parametrize("name", ["notes.sql", "20260101_.sql"])
def test_a_file_that_is_no_migration_is_refused(folder: Path, server_url: str, name: str):
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / name).write_text("select 1;")
    with (
        pytest.raises(StackError, match="is no migration"),
        Stack(folder / "data", database_url=server_url, migrations_dir=migrations),
    ):
        pass


def test_a_syntax_error_names_its_own_line(folder: Path, server_url: str):
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "1_typo.sql").write_text("select 1;\nselect\n    2\n    form pg_class;\n")
    with (
        pytest.raises(StackError, match=r'1_typo\.sql:4: syntax error at or near "pg_class"'),
        Stack(folder / "data", database_url=server_url, migrations_dir=migrations),
    ):
        pass


def test_an_extension_that_the_server_offers_is_used_and_no_other(admin_url: str):
    with psycopg.connect(admin_url, autocommit=True) as database:
        assert use_extension(database, "vector") is True
        assert use_extension(database, "vector") is True
        assert database.execute("select extname from pg_extension where extname = 'vector'").fetchone() == ("vector",)
        assert use_extension(database, "pg_net") is False


def test_an_extension_that_is_offered_but_refused_is_a_sentence(server_url: str):
    with (
        psycopg.connect(server_url, autocommit=True) as database,
        pytest.raises(StackError, match=r"offers vector, which cannot be created .*: have its administrator create it"),
    ):
        use_extension(database, "vector")
