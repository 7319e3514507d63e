"""Where a command's words and results go."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def json_option(function: Function) -> Function:
    """Adds `--json FILE` (`-` for standard output) to a command, as the argument `json_file`."""
    return click.option(
        "--json",
        "json_file",
        type=click.Path(dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="Write the result as JSON to FILE; - is standard output, words then go to standard error.",
    )(function)


class Output:
    """Words for people, one JSON value for programs. With `--json -` standard output holds the JSON alone."""

    def __init__(self, json_file: str | None = None) -> None:
        self._json_file = json_file

    def say(self, text: str = "") -> None:
        """Print a line for people."""
        click.echo(text, err=self._json_file == "-")

    def result(self, value: object) -> None:
        """Write the result, when one was asked for.

        Raises:
            click.ClickException: the file cannot be written.
        """
        if self._json_file is None:
            return
        text = json.dumps(value, indent=2, default=str) + "\n"
        if self._json_file == "-":
            click.echo(text, nl=False)
            return
        try:
            Path(self._json_file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{self._json_file} cannot be written: {error.strerror}.") from error
