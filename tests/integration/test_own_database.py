"""`--database-url`: a Postgres that somebody else runs."""

from pathlib import Path

import httpx
import psycopg
import pytest

from local.errors import StackError
from local.hosted import use_extension
from local.stack import Stack
from tests.integration.target import listening
from tests.waiting import eventually


def test_it_is_used_as_it_is_and_the_next_stack_on_it_finds_everything_done(data_dir: Path, server_url: str):
    said: list[str] = []
    with Stack(data_dir, database_url=server_url, log=said.append) as stack, listening() as target:
        description = stack.description
        assert description.database_url == server_url
        assert description.embedded_postgres is False
        assert "postgres" not in description.processes
        assert not (data_dir / "postgres").exists()
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
    assert any("Applied" in line for line in said)
    said.clear()
    with Stack(data_dir, database_url=server_url, log=said.append) as stack:
        assert stack.description.demo_email == description.demo_email
    assert not any("Applied" in line for line in said)


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
