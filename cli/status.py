"""`flexiroaster status`: what runs, what waits, what was given up, what is stored."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg import sql

from cli.output import Output, json_option
from local.description import StackDescription
from local.errors import StackError
from local.folder import default_data_dir, running_stack
from local.health import PartHealth, check

ALL_HEALTHY = 0
SOMETHING_DOWN = 1
NO_STACK = 2

LIST_TABLES = """
select relname
from pg_catalog.pg_class
where
    relnamespace = 'public'::regnamespace
    and relkind in ('r', 'p')
    and not relispartition
order by relname
"""


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The stack's data folder. Default: .flexiroaster/data.",
)
@json_option
def status(data_dir: Path | None, json_file: str | None) -> None:
    """Show what is running, queue depths, the oldest unprocessed event, dead letters and rows per table.

    Exit code 0 when everything is healthy, 1 when something is down, 2 when no stack runs there.
    """
    output = Output(json_file)
    try:
        description = running_stack(data_dir or default_data_dir())
    except StackError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(NO_STACK)
    parts = check(description)
    healthy = all(part.healthy for part in parts)
    engines, tables = read_database(description)
    output.say(render(parts, engines, tables))
    output.result(
        {
            "healthy": healthy,
            "data_dir": description.data_dir,
            "parts": [asdict(part) for part in parts],
            "engines": engines,
            "tables": tables,
        }
    )
    sys.exit(ALL_HEALTHY if healthy else SOMETHING_DOWN)


def read_database(description: StackDescription) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Queue depths per engine and rows per table; both empty while the database is away."""
    try:
        with psycopg.connect(description.database_url, connect_timeout=5) as connection:
            depths = connection.execute("select engine.queue_depths(null)").fetchone()
            names = [row[0] for row in connection.execute(LIST_TABLES)]
            tables = {name: count_rows(connection, name) for name in names}
    except psycopg.OperationalError:
        return [], {}
    return (depths[0]["engines"] if depths is not None else []), tables


def count_rows(connection: psycopg.Connection, table: str) -> int:
    """How many rows a table of the schema `public` has."""
    row = connection.execute(sql.SQL("select count(*) from public.{}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row is not None else 0


def render(parts: list[PartHealth], engines: list[dict[str, Any]], tables: dict[str, int]) -> str:
    """Three tables for people."""
    lines = [f"{'PART':<14}{'PID':>8}{'PORT':>7}  STATE"]
    lines += [
        f"{part.name:<14}{part.pid or '-':>8}{part.port or '-':>7}  {'ok' if part.healthy else part.detail}"
        for part in parts
    ]
    lines += ["", f"{'ENGINE':<14}{'WAITING':>8}{'LEASED':>8}{'OLDEST':>10}{'DEAD':>6}"]
    lines += [
        f"{engine['engine']:<14}{engine['waiting']:>8}{engine['leased']:>8}"
        f"{age(engine['oldest_waiting_seconds']):>10}{engine['dead_letters']:>6}"
        for engine in engines
    ]
    lines += ["", f"{'TABLE':<28}{'ROWS':>10}"]
    lines += [f"{name:<28}{rows:>10}" for name, rows in tables.items()]
    return "\n".join(lines)


def age(seconds: float | None) -> str:
    """Seconds in words of at most one unit: `-`, `0.4 s`, `12 s`, `3 min`, `5 h`."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
