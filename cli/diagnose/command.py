"""The `diagnose` subcommand."""

import json
import sys
from pathlib import Path

import click

from cli.diagnose.objects import answers
from cli.diagnose.text import render
from cli.output import Output, json_option
from functions.rca.diagnose import diagnose as diagnose_text

MOST_BYTES = 128_000_000


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), required=False)
@click.option(
    "--jsonl",
    "jsonl_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Read an object per line, with id and text (and passing_log, stages, metrics where there are), and write one "
    "answer per line.",
)
@click.option(
    "--passing",
    "passing_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="LOG",
    help="The log of the last run that went well, to compare with.",
)
@json_option
def diagnose(file: str | None, jsonl_file: str | None, passing_file: Path | None, json_file: str | None) -> None:
    """What broke? FILE is a log or message; - is standard input. Needs no stack.

    The answer is a cause with its evidence, or that none can be named and what is missing (docs/diagnosis.md).

    Exit code 0 when there is an answer, even "unknown"; 1 when a file cannot be read or written.
    """
    if (file is None) == (jsonl_file is None):
        raise click.UsageError("Give either a FILE (- for standard input) or --jsonl FILE.")
    output = Output(json_file)
    if jsonl_file is not None:
        _diagnose_objects(jsonl_file)
        return
    passing = _read(str(passing_file)) if passing_file else None
    found = diagnose_text(_read(file or "-"), passing_log=passing)
    output.say(render(found))
    output.result(found.document())


def _diagnose_objects(file: str) -> None:
    try:
        with click.open_file(file, "rb") as lines:
            for answer in answers(lines):
                click.echo(json.dumps(answer, ensure_ascii=False))
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error


def _read(file: str) -> str:
    """The text of a file, whatever its bytes: of a huge one the end."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(MOST_BYTES).decode("utf-8", "replace")
        return Path(file).read_bytes()[:MOST_BYTES].decode("utf-8", "replace")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
