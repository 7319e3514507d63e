"""Applies `supabase/migrations/*.sql` the way `supabase db push` does."""

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg

from local.errors import StackError
from local.statements import split

FILE_NAME = re.compile(r"(?P<version>\d+)_(?P<name>.+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One file: `20261124000100_roles.sql` has version `20261124000100` and name `roles`."""

    version: str
    name: str
    path: Path


def find(folder: Path) -> list[Migration]:
    """The folder's migrations in order of version.

    Raises:
        StackError: two files have one version.
    """
    found: dict[str, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise StackError(f"{path} is no migration: name it <digits>_<name>.sql.")
        migration = Migration(version=match["version"], name=match["name"], path=path)
        if migration.version in found:
            raise StackError(f"{path} and {found[migration.version].path} have one version: give each its own.")
        found[migration.version] = migration
    return [found[version] for version in sorted(found)]


def apply(url: str, folder: Path) -> list[str]:
    """Apply what is not yet recorded in `supabase_migrations.schema_migrations`; return those versions.

    Each file runs in a transaction of its own together with its record, so a failing one leaves no trace. Two stacks on
    one database take turns.

    Raises:
        StackError: a statement failed; the sentence names file and line.
    """
    applied = []
    with psycopg.connect(url, autocommit=True, connect_timeout=10, prepare_threshold=None) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended('flexiroaster migrations', 0))")
        done = {row[0] for row in connection.execute("select version from supabase_migrations.schema_migrations")}
        for migration in find(folder):
            if migration.version not in done:
                _apply_one(connection, migration)
                applied.append(migration.version)
                connection.execute("reset session authorization")
                connection.execute("reset all")
    return applied


def _apply_one(connection: psycopg.Connection, migration: Migration) -> None:
    statements = split(migration.path.read_text(encoding="utf-8"))
    with connection.transaction():
        for statement in statements:
            try:
                connection.execute(statement.text.encode())
            except psycopg.Error as error:
                line = statement.line + _lines_before(error, statement.text)
                raise StackError(f"{migration.path}:{line}: {_sentence(error)}") from error
        connection.execute("reset role")
        connection.execute(
            """
            insert into supabase_migrations.schema_migrations (version, statements, name)
            values (%s, %s, %s)
            """,
            [migration.version, [statement.text for statement in statements], migration.name],
        )


def _lines_before(error: psycopg.Error, text: str) -> int:
    """Line breaks before the place of the error, which the server counts in characters from 1, when it knows it."""
    position = error.diag.statement_position
    return text.count("\n", 0, int(position) - 1) if position else 0


def _sentence(error: psycopg.Error) -> str:
    parts = [error.diag.message_primary, error.diag.message_detail, error.diag.message_hint]
    return " ".join(part for part in parts if part) or str(error)
