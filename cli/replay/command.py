"""The `replay` subcommand."""

import sys
from itertools import islice
from pathlib import Path
from uuid import UUID

import click

from cli.history import HistoryError, in_start_order
from cli.output import Output, json_option
from cli.replay import target
from cli.replay.connection import Connection
from cli.replay.credentials import Credentials
from cli.replay.errors import Interrupted, ReplayError
from cli.replay.interrupt import stop_on_interrupt
from cli.replay.journal import Journal
from cli.replay.progress import Progress
from cli.replay.result import ReplayResult
from cli.replay.run import Replay
from local.folder import default_data_dir

INTERRUPTED = 130


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    metavar="X",
    help="X seconds of history per second: 3600 is an hour a second. Default: as fast as it goes.",
)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Leave out the first N runs.")
@click.option("--limit", type=click.IntRange(min=1), help="Replay N runs at most.")
@click.option("--workspace", "workspace_id", type=click.UUID, metavar="ID", help="Default: your personal workspace.")
@click.option("--url", envvar="FLEXIROASTER_URL", help="Address of the Supabase project. Also: $FLEXIROASTER_URL.")
@click.option("--key", envvar="FLEXIROASTER_KEY", help="Its publishable key. Also: $FLEXIROASTER_KEY.")
@click.option("--email", envvar="FLEXIROASTER_EMAIL", help="Who signs in. Also: $FLEXIROASTER_EMAIL.")
@click.option("--password", envvar="FLEXIROASTER_PASSWORD", help="Better in $FLEXIROASTER_PASSWORD.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the stack runs, and where progress is remembered. Default: .flexiroaster/data.",
)
@click.option("--wait/--no-wait", default=True, help="Wait until the engines have decided on every run. Default: wait.")
@click.option("--restart", is_flag=True, help="Begin at the first run, though an earlier replay got further.")
@json_option
def replay(
    file: Path,
    speed: float | None,
    offset: int,
    limit: int | None,
    workspace_id: UUID | None,
    url: str | None,
    key: str | None,
    email: str | None,
    password: str | None,
    data_dir: Path | None,
    wait: bool,
    restart: bool,
    json_file: str | None,
) -> None:
    """Insert the runs of a history FILE through the Data API, as they happened: each start, then each end.

    FILE is CSV, CSV.gz or Parquet (docs/history-format.md). The same replay again goes on where the last one stopped,
    and one that is repeated with --restart adds nothing twice.

    Exit code 0 when everything is sent (and decided on), 1 on an error, 130 after Ctrl-C.
    """
    output = Output(json_file)
    try:
        result = replay_file(
            file,
            target.credentials(url, key, email, password, data_dir=data_dir),
            workspace_id=workspace_id,
            journals=(data_dir or default_data_dir()) / "replays",
            speed=speed,
            offset=offset,
            limit=limit,
            wait=wait,
            restart=restart,
        )
    except (HistoryError, ReplayError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except (Interrupted, KeyboardInterrupt):
        click.echo("Stopped before anything was sent.", err=True)
        sys.exit(INTERRUPTED)
    output.say(describe(result))
    output.result(result.to_json())
    if result.interrupted:
        output.say("Stopped; the same command goes on from here." if not result.complete else "Stopped waiting.")
        sys.exit(INTERRUPTED)
    sys.exit(0 if result.waited or not wait else 1)


def replay_file(
    file: Path,
    credentials: Credentials,
    *,
    journals: Path,
    workspace_id: UUID | None = None,
    speed: float | None = None,
    offset: int = 0,
    limit: int | None = None,
    wait: bool = True,
    restart: bool = False,
) -> ReplayResult:
    """Check the whole file, sign in, replay.

    Raises:
        HistoryError: the file cannot be read.
        ReplayError: the server refuses something, or does not answer.
        Interrupted: Ctrl-C before the first request was answered.
    """
    progress = Progress(sys.stderr)
    with stop_on_interrupt() as stop, in_start_order(file) as (count, rows):
        rows_in_slice = max(0, min(count - offset, limit if limit is not None else count))
        with Connection(credentials, note=progress.note, stop=stop) as connection:
            workspace = target.workspace(connection, workspace_id)
            journal = Journal.open(
                journals, file=file, workspace_id=str(workspace), offset=offset, limit=limit, restart=restart
            )
            if journal.items_acknowledged:
                progress.note(f"Going on after {journal.items_acknowledged:,} starts and ends that were sent before")
            run = Replay(
                connection,
                workspace,
                journal,
                progress,
                stop,
                speed=speed,
                expected_rows=None if journal.items_acknowledged else rows_in_slice,
            )
            return run.run(islice(rows, offset, offset + rows_in_slice), wait=wait)


def describe(result: ReplayResult) -> str:
    """A replay in at most four lines."""
    if result.items_sent == 0 and result.resumed_from and result.complete:
        return "Everything was sent before; --restart sends it again."
    pipelines = "1 pipeline" if result.pipelines == 1 else f"{result.pipelines:,} pipelines"
    lines = [
        f"Replayed {result.rows:,} runs of {pipelines} in {result.seconds:,.1f} s: {result.rows_per_second:,.0f} runs/s"
    ]
    if result.waited:
        decided = result.decided
        lines.append(
            f"Decided: {decided['predictions']:,} predictions, {decided['detections']:,} detections, "
            f"{decided['anomalies']:,} of them anomalies"
        )
    if result.events_left:
        lines.append(f"{result.events_left:,} events are still waiting: see `flexiroaster status`")
    if result.dead_letters:
        lines.append(f"{result.dead_letters:,} events were given up: see `flexiroaster status`")
    return "\n".join(lines)
