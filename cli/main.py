"""The `flexiroaster` command. A subcommand's module is imported only when it is called."""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from local.errors import StackError


class Subcommand(NamedTuple):
    """Where a subcommand lives (`module:attribute`) and what it does, in a line."""

    place: str
    summary: str


SUBCOMMANDS: Mapping[str, Subcommand] = {
    "up": Subcommand("cli.up:up", "Start the embedded stack and stay until Ctrl-C."),
    "replay": Subcommand("cli.replay:replay", "Insert a history file through the Data API, in event order."),
    "backtest": Subcommand(
        "cli.backtest:backtest", "Say what the engines would have done on a history; no stack needed."
    ),
    "diagnose": Subcommand("cli.diagnose:diagnose", "Say what broke, by a log or message; no stack needed."),
    "models": Subcommand("cli.models:models", "List, explain, train, promote, pin and roll back models."),
    "heal": Subcommand("cli.heal.command:heal", "Show, approve, reject and simulate what healing does."),
    "lab": Subcommand("cli.lab:lab", "Let real little pipelines fail, and compare who repairs them."),
    "demo": Subcommand("cli.demo:demo", "Start the stack, replay a real history, and sum up what the engines said."),
    "status": Subcommand("cli.status:status", "Show what is running, the queues, dead letters and tables."),
}


class LazyGroup(click.Group):
    """A group whose help needs no subcommand's module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which one meets them."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand."""
        subcommand = SUBCOMMANDS.get(cmd_name)
        if subcommand is None:
            return None
        module, attribute = subcommand.place.split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write names and summaries."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, subcommand.summary) for name, subcommand in SUBCOMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand. An error of the stack is one sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except StackError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flexiroaster")
def main() -> None:
    """FlexiRoaster AI: predicts, detects, explains and heals failures of the pipelines recorded in Supabase."""
    # Training's threads otherwise spin while they wait for one another, which on a busy machine takes minutes. Read by
    # OpenMP when scikit-learn is imported, which no subcommand has done yet.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


if __name__ == "__main__":
    main()
