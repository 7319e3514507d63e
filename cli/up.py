"""`flexiroaster up`: the embedded stack until Ctrl-C."""

from dataclasses import asdict
from pathlib import Path

import click

from cli.output import Output, json_option
from cli.running import running_stack
from cli.tending import Tender
from local.description import StackDescription
from local.stack import Stack


@click.command()
@click.option(
    "--database-url",
    envvar="DATABASE_URL",
    metavar="URL",
    help="Use this Postgres (postgres://user:password@host:port/database) and start none. Also: $DATABASE_URL.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the stack keeps its data. Default: .flexiroaster/data, or -2, -3 and so on when it is in use.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the functions; 0 takes a free one.")
@click.option("--api-port", type=click.IntRange(0, 65535), default=0, help="Port of the Data API; 0 takes a free one.")
@json_option
def up(database_url: str | None, data_dir: Path | None, port: int, api_port: int, json_file: str | None) -> None:
    """Start the embedded stack, print its addresses and keys, and stay until Ctrl-C.

    Exit code 0 after Ctrl-C or SIGTERM, 1 when the stack cannot start.
    """
    output = Output(json_file)
    try:
        with running_stack(output, data_dir=data_dir, database_url=database_url, port=port, api_port=api_port) as stack:
            output.say(describe(stack.description))
            output.result(asdict(stack.description))
            output.say("Running; Ctrl-C stops everything.")
            tend(stack, output)
    except KeyboardInterrupt:
        output.say("Stopped")


def tend(stack: Stack, output: Output) -> None:
    """Keep the stack's processes running until interrupted."""
    tender = Tender(stack, say=output.say)
    while True:
        tender.look()
        tender.wait()


def describe(description: StackDescription) -> str:
    """Addresses and keys as aligned lines."""
    lines = {
        "Data API": description.api_url,
        "Publishable key": description.publishable_key,
        "Gateway": f"{description.gateway_url} (/api/… and /functions/v1/…)",
        "Database": description.database_url,
        "Redis (REST)": description.redis_url,
        "Redis token": description.redis_token,
        "Object store": f"{description.object_store_url}/{description.bucket}",
        "Demo user": description.demo_email,
        "Demo password": description.demo_password,
        "Data folder": description.data_dir,
    }
    width = max(map(len, lines))
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in lines.items())
