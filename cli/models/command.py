"""The `models` subcommands."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

import click

from cli.models.text import explanation, listing
from cli.output import Output, json_option
from cli.replay import target
from cli.replay.connection import Connection
from cli.replay.errors import ReplayError

P = ParamSpec("P")
KIND = "failure_prediction"


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


@click.group()
def models() -> None:
    """List, explain, train, promote, pin and roll back the models of a workspace.

    Exit code 0 when it was done, 1 when it was refused or there was nothing to do.
    """


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


def _subcommand(function: Callable[Concatenate[Registry, Output, P], None]) -> Callable[P, None]:
    """Makes a subcommand of a function that needs the registry."""

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


@models.command("list")
@_subcommand
def list_models(registry: Registry, output: Output) -> None:
    """Every version, newest first, how well it did, and what it serves as."""
    versions, deployments = registry.rows("model_versions"), registry.rows("model_deployments")
    output.say(listing(versions, deployments))
    output.result({"versions": versions, "deployments": deployments})


@models.command()
@click.argument("version", type=click.UUID)
@_subcommand
def explain(registry: Registry, output: Output, version: UUID) -> None:
    """Why a VERSION was made, how it was judged, and where it has been deployed."""
    found = registry.version(version)
    evaluations = registry.rows("model_evaluations", model_version_id=str(version))
    changes = [
        row
        for row in registry.rows("model_changes", kind=found["kind"])
        if str(version) in (row["from_version_id"], row["to_version_id"])
    ]
    output.say(explanation(found, evaluations, changes))
    output.result({"version": found, "evaluations": evaluations, "changes": changes})


@models.command()
@click.option("--kind", default=KIND, show_default=True)
@_subcommand
def train(registry: Registry, output: Output, kind: str) -> None:
    """Ask for training now, whatever the schedule."""
    registry.call("request_training", of_workspace=registry.workspace_id, of_kind=kind)
    output.say(f"Training of {kind} was asked for; `flexiroaster models list` shows what comes of it.")
    output.result({"requested": kind})


@models.command()
@click.argument("version", type=click.UUID)
@_subcommand
def promote(registry: Registry, output: Output, version: UUID) -> None:
    """Put a VERSION into production: from the next run on, it answers."""
    found = registry.version(version)
    generation = registry.call("promote_model", version=str(version), to_rung="production")
    _moved(output, generation, f"{found['model_version']} is in production.")


@models.command("roll-back")
@click.option("--kind", default=KIND, show_default=True)
@_subcommand
def roll_back(registry: Registry, output: Output, kind: str) -> None:
    """Put back what served before; without a version before, the heuristic."""
    generation = registry.call("roll_back_model", of_workspace=registry.workspace_id, of_kind=kind)
    _moved(output, generation, f"{kind} is back at what served before.")


@models.command()
@click.option("--kind", default=KIND, show_default=True)
@click.option("--off", is_flag=True, help="Let the loop move it again.")
@_subcommand
def pin(registry: Registry, output: Output, kind: str, off: bool) -> None:
    """Keep production where it is, whatever the loop thinks."""
    found = registry.call("pin_model", of_workspace=registry.workspace_id, of_kind=kind, pinned=not off)
    if not found:
        raise click.ClickException(f"No model of kind {kind} is in production, so there is nothing to pin.")
    output.say(f"{kind} is {'no longer pinned' if off else 'pinned'}.")
    output.result({"kind": kind, "pinned": not off})


def _moved(output: Output, generation: int | None, sentence: str) -> None:
    if generation is None:
        click.echo("Nothing was moved: nothing serves there, or somebody else moved it at this moment.", err=True)
        sys.exit(1)
    output.say(sentence)
    output.result({"generation": generation})
