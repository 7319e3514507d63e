"""What hosted Supabase has before any migration: its roles, pg_net and pg_cron, or their stand-ins."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from local.errors import StackError

SQL_FOLDER = Path(__file__).with_name("sql")
EXTENSIONS = {"pg_net": "net", "pg_cron": "cron"}


@dataclass(frozen=True)
class Platform:
    """Which extensions have a stand-in in this database; each needs the wake-ups worker."""

    stand_ins: frozenset[str]


def install(url: str, *, owner_password: str | None = None) -> Platform:
    """Prepare the database at `url`; safe to repeat.

    With `owner_password` the server is our own: `url` is its superuser's, and the role `postgres` is made the owner of
    the database. Extensions that the server offers are created and used; for the others the stand-in is installed.

    Raises:
        StackError: the database cannot be reached, or the role may not do what is needed.
    """
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            _run(connection, "roles.sql")
            if owner_password is not None:
                _run(connection, "owner.sql")
                connection.execute(sql.SQL("alter role postgres password {}").format(sql.Literal(owner_password)))
            stand_ins = frozenset(name for name in EXTENSIONS if not use_extension(connection, name))
            for extension in sorted(stand_ins):
                schema = EXTENSIONS[extension]
                _run(connection, f"{schema}.sql")
                if owner_password is not None:
                    _hand_over(connection, schema)
    except psycopg.Error as error:
        raise StackError(
            f"The database could not be prepared ({_one_line(error)}): check its address and rights."
        ) from error
    return Platform(stand_ins)


def open_auth(url: str) -> None:
    """Let the platform's roles call `auth.uid()` and the like. For once the Data API has made the schema `auth`."""
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute("grant usage on schema auth to anon, authenticated, service_role")


def open_roles(url: str) -> None:
    """Let the Data API, which connects as the owner, become every role that `authenticator` can. After migrations."""
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        _run(connection, "owner_roles.sql")


def _run(connection: psycopg.Connection, file_name: str) -> None:
    statements = (SQL_FOLDER / file_name).read_bytes()
    with connection.transaction():
        connection.execute(statements)


def use_extension(connection: psycopg.Connection, name: str) -> bool:
    """Whether the extension is there now; False when the server does not offer it."""
    if not connection.execute("select 1 from pg_catalog.pg_available_extensions where name = %s", [name]).fetchone():
        return False
    try:
        connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise StackError(
            f"The server offers {name}, which cannot be created in this database ({_one_line(error)}): "
            "have its administrator create it here, or uninstall it."
        ) from error
    return True


def _hand_over(connection: psycopg.Connection, schema: str) -> None:
    """Let the owner and the service role use a stand-in, as the extensions' grants on hosted Supabase do."""
    roles = sql.SQL("postgres, service_role")
    for statement in (
        "grant usage on schema {schema} to {roles}",
        "grant all on all tables in schema {schema} to {roles}",
        "grant all on all sequences in schema {schema} to {roles}",
        "grant execute on all functions in schema {schema} to {roles}",
    ):
        connection.execute(sql.SQL(statement).format(schema=sql.Identifier(schema), roles=roles))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
