"""The models of one workspace, as a signed-in person sees and moves them; and how a subcommand comes by them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

import click

from cli.output import Output, json_option
from cli.replay import target
from cli.replay.connection import Connection
from cli.replay.errors import ReplayError

P = ParamSpec("P")


class Registry:
    """The models of one workspace, as a signed-in person sees and moves them."""

    def __init__(self, connection: Connection, workspace_id: UUID) -> None:
        self._connection = connection
        self.workspace_id = str(workspace_id)

    def rows(self, table: str, **equal: str) -> list[dict[str, Any]]:
        """The workspace's rows with these values, newest first."""
        pages = self._connection.pages(table, "*", workspace_id=self.workspace_id, **equal)
        return sorted((row for page in pages for row in page), key=lambda row: str(row["created_at"]), reverse=True)

    def version(self, version_id: UUID) -> dict[str, Any]:
        """One version.

        Raises:
            click.ClickException: the workspace has none of this id.
        """
        found = self.rows("model_versions", id=str(version_id))
        if not found:
            raise click.ClickException(
                f"There is no version {version_id} in this workspace: see `flexiroaster models list`."
            )
        return found[0]

    def call(self, function: str, **arguments: object) -> Any:
        """Call a function of the database."""
        return self._connection.rpc(function, arguments)


@contextmanager
def _registry(
    url: str | None,
    key: str | None,
    email: str | None,
    password: str | None,
    *,
    folder: Path | None,
    workspace: UUID | None,
) -> Iterator[Registry]:
    try:
        account = target.credentials(url, key, email, password, data_dir=folder)
        note = lambda sentence: click.echo(sentence, err=True)  # noqa: E731
        with Connection(account, note=note, stop=threading.Event()) as connection:
            yield Registry(connection, target.workspace(connection, workspace))
    except ReplayError as error:
        raise click.ClickException(str(error)) from error


def subcommand(function: Callable[Concatenate[Registry, Output, P], None]) -> Callable[P, None]:
    """Makes a subcommand of a function that needs the registry and says something."""

    @wraps(function)
    def command(*arguments: P.args, **options: P.kwargs) -> None:
        output = Output(options.pop("json_file"))  # type: ignore[arg-type]
        place = {name: options.pop(name) for name in ("url", "key", "email", "password")}
        with _registry(**place, folder=options.pop("data_dir"), workspace=options.pop("workspace_id")) as registry:  # type: ignore[arg-type]
            function(registry, output, *arguments, **options)

    for option in (
        click.option(
            "--workspace", "workspace_id", type=click.UUID, metavar="ID", help="Default: your personal workspace."
        ),
        click.option(
            "--url", envvar="FLEXIROASTER_URL", help="Address of the Supabase project. Also: $FLEXIROASTER_URL."
        ),
        click.option("--key", envvar="FLEXIROASTER_KEY", help="Its publishable key. Also: $FLEXIROASTER_KEY."),
        click.option("--email", envvar="FLEXIROASTER_EMAIL", help="Who signs in. Also: $FLEXIROASTER_EMAIL."),
        click.option("--password", envvar="FLEXIROASTER_PASSWORD", help="Better in $FLEXIROASTER_PASSWORD."),
        click.option(
            "--data-dir",
            type=click.Path(file_okay=False, path_type=Path),
            help="Where the embedded stack runs. Default: .flexiroaster/data.",
        ),
    ):
        command = option(command)
    return json_option(command)
