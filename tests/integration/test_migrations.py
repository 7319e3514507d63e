"""Migrations on a database of somebody who is no superuser."""

from pathlib import Path

import psycopg
import pytest

from local import hosted
from local.errors import StackError
from local.migrations import apply


@pytest.fixture
def database_url(server_url: str) -> str:
    """A database as hosted Supabase has it before any migration."""
    hosted.install(server_url)
    return server_url


def applied(database_url: str) -> list[tuple[str, str, list[str]]]:
    with psycopg.connect(database_url) as database:
        return database.execute(
            "select version, name, statements from supabase_migrations.schema_migrations order by version"
        ).fetchall()


def test_each_is_applied_once_and_recorded_as_the_supabase_command_does(tmp_path: Path, database_url: str):
    (tmp_path / "20260101000000_beans.sql").write_text("create table public.beans (id int);\n")
    assert apply(database_url, tmp_path) == ["20260101000000"]
    assert apply(database_url, tmp_path) == []
    (tmp_path / "20260102000000_more_beans.sql").write_text("-- two\ninsert into beans values (1);\nselect ';';\n")
    assert apply(database_url, tmp_path) == ["20260102000000"]
    assert applied(database_url) == [
        ("20260101000000", "beans", ["create table public.beans (id int)"]),
        ("20260102000000", "more_beans", ["insert into beans values (1)", "select ';'"]),
    ]


def test_a_failing_one_names_file_and_line_and_leaves_no_trace(tmp_path: Path, database_url: str):
    (tmp_path / "20260101000000_good.sql").write_text("create table public.good (id int);\n")
    (tmp_path / "20260102000000_bad.sql").write_text(
        "create table public.half (id int);\n\n-- the next one fails\ninsert into public.half\nselect 1/0;\n"
    )
    with pytest.raises(StackError, match=r"20260102000000_bad\.sql:4: division by zero"):
        apply(database_url, tmp_path)
    assert applied(database_url) == [("20260101000000", "good", ["create table public.good (id int)"])]
    with psycopg.connect(database_url) as database:
        assert database.execute("select to_regclass('public.half')").fetchone() == (None,)


def test_a_syntax_error_names_its_own_line(tmp_path: Path, database_url: str):
    (tmp_path / "1_typo.sql").write_text("select 1;\nselect\n    2\n    form pg_class;\n")
    with pytest.raises(StackError, match=r'1_typo\.sql:4: syntax error at or near "pg_class"'):
        apply(database_url, tmp_path)
