"""The tables of the pipelines, in schema `lab` of the stack's database; each pipeline has a role of its own."""

import secrets
import threading
from types import TracebackType
from typing import NamedTuple, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

MAKE = """
create role {role} login password {password};
create table {staging} (
    idempotency_key text not null default '',
    order_id bigint not null,
    customer text not null,
    amount numeric not null,
    ordered_on date not null,
    primary key (idempotency_key, order_id)
);
create table {published} (batch uuid not null, order_id bigint not null, total numeric not null);
grant usage on schema lab to {role};
grant select, insert on {staging}, {published} to {role};
"""
DROP = "drop table {staging}, {published}; revoke usage on schema lab from {role}; drop role {role}"
COUNT = "select count(distinct order_id), count(*) from {published} where batch = %s"


class Published(NamedTuple):
    """Rows of a batch that were handed over: different ones, and all."""

    different: int
    all: int


class Warehouse:
    """A context manager; what it made is dropped at the end. Threads may share it."""

    def __init__(self, owner_url: str) -> None:
        self._owner_url = owner_url
        self._lock = threading.Lock()
        self._keys: list[str] = []

    def __enter__(self) -> Self:
        """Make the schema."""
        self._connection = psycopg.connect(self._owner_url, autocommit=True)
        self._connection.execute("create schema if not exists lab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Drop what was made."""
        with self._connection:
            for key in self._keys:
                self._do(DROP, key)

    def make(self, key: str) -> str:
        """Make the tables and the role of a pipeline; returns the role's connection string."""
        password = secrets.token_hex(8)
        self._do(MAKE, key, password)
        self._keys.append(key)
        return make_conninfo(self._owner_url, user=f"lab_{key}", password=password)

    def change_password(self, key: str) -> None:
        """Change the role's password to one that its pipeline does not know."""
        self._do("alter role {role} password {password}", key, secrets.token_hex(8))

    def revoke(self, key: str) -> None:
        """Take the right away to write to the staging table."""
        self._do("revoke insert on {staging} from {role}", key)

    def published(self, key: str, batch: str) -> Published:
        """What was handed over of a batch."""
        with self._lock:
            row = self._connection.execute(_filled(COUNT, key), [batch]).fetchone()
        return Published(0, 0) if row is None else Published(*row)

    def _do(self, statements: str, key: str, password: str = "") -> None:
        with self._lock:
            self._connection.execute(_filled(statements, key, password))


def _filled(statement: str, key: str, password: str = "") -> sql.Composed:
    return sql.SQL(statement).format(
        role=sql.Identifier(f"lab_{key}"),
        staging=sql.Identifier("lab", f"staging_{key}"),
        published=sql.Identifier("lab", f"published_{key}"),
        password=sql.Literal(password),
    )
