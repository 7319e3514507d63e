"""`flexiroaster demo`: the stack, a real history, and what the engines made of it."""

import os
import secrets
import shutil
import statistics
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

import click

from cli.history import HistoryError, read_history, write_history
from cli.history.gaia import ACKNOWLEDGEMENT, gaia_history
from cli.history.sdist import DownloadError
from cli.history.synthetic import synthetic_history
from cli.output import Output, json_option
from cli.replay.command import INTERRUPTED, replay_file
from cli.replay.connection import Connection
from cli.replay.errors import Interrupted, ReplayError
from cli.replay.interrupt import stop_on_interrupt
from cli.replay.probe import seconds_to_detection
from cli.replay.result import ReplayResult
from cli.replay.target import stack_credentials
from cli.running import running_stack
from cli.summary import read_summary, render
from local.cluster_folder import remove
from local.description import StackDescription
from local.folder import default_data_dir
from local.leftovers import remove_abandoned

# About a minute of replaying on two cores.
DEFAULT_ROWS = 40_000
# From 10 July 2014: two calm weeks in which one run in seven fails, then, until 9 August, three storms in which up to
# 94 of 100 fail, with calm between them.
GAIA_OFFSET = 10_000
PROBES = 20
KEPT, PASSING = "demo-", "passing-demo-"


@dataclass(frozen=True, slots=True)
class Story:
    """The slice of a history that the demo replays."""

    file: Path
    title: str
    offset: int
    rows: int


@click.command()
@click.option("--rows", type=click.IntRange(min=1), default=DEFAULT_ROWS, show_default=True, help="How many runs.")
@click.option("--keep", is_flag=True, help="Keep the data folder, and say how to open it again.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Use and keep this data folder. Default: a new one that is deleted at the end.",
)
@json_option
def demo(rows: int, keep: bool, data_dir: Path | None, json_file: str | None) -> None:
    """Start the stack, replay a slice of a real history, and sum up what the engines said.

    The history is the job log of a university's cluster, fetched once (6 MB). Without it the demo invents one.

    Exit code 0 when every run was predicted and detected, 1 when something failed, 130 after Ctrl-C.
    """
    output = Output(json_file)
    home = default_data_dir().parent
    folder = data_dir or home / f"{KEPT if keep else PASSING}{secrets.token_hex(3)}"
    remove_abandoned(home, PASSING)
    try:
        story = choose_story(rows, home / "downloads", output)
        with running_stack(output, data_dir=folder) as stack:
            replay, report = tell(story, stack.description, folder, output)
    except (HistoryError, ReplayError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except (Interrupted, KeyboardInterrupt):
        output.say("Stopped")
        sys.exit(INTERRUPTED)
    finally:
        if data_dir is None and not keep:
            remove(folder)
    output.say(next_steps(story, kept=folder if keep or data_dir else None))
    output.result(report)
    sys.exit(0 if replay.waited and not replay.dead_letters else 1)


def choose_story(rows: int, downloads: Path, output: Output) -> Story:
    """The slice of the Gaia log, or an invented history of that length where the log cannot be had."""
    try:
        file = gaia_history(downloads)
    except DownloadError as error:
        output.say(f"{error} The demo goes on with a SYNTHETIC history: its runs are invented.")
        file = downloads / "synthetic.csv.gz"
        write_history(file, synthetic_history(rows + PROBES))
        return Story(file, "SYNTHETIC history, invented by this program", 0, rows)
    output.say(ACKNOWLEDGEMENT)
    total = sum(1 for _ in read_history(file))
    rows = min(rows, total - PROBES)
    return Story(file, "Gaia cluster, University of Luxembourg, 2014", min(GAIA_OFFSET, total - PROBES - rows), rows)


def tell(
    story: Story, description: StackDescription, folder: Path, output: Output
) -> tuple[ReplayResult, dict[str, object]]:
    """Replay, measure, sum up; returns the replay's result and the whole report.

    Raises:
        ReplayError: the stack refuses something, or does not answer.
        Interrupted: Ctrl-C.
    """
    credentials = stack_credentials(description)
    output.say(f"Replaying {story.rows:,} runs as fast as it goes")
    replay = replay_file(story.file, credentials, journals=folder / "replays", offset=story.offset, limit=story.rows)
    with (
        stop_on_interrupt() as stop,
        Connection(credentials, note=output.say, stop=stop) as connection,
    ):
        if replay.interrupted:
            raise Interrupted
        workspace = UUID(replay.workspace_id)
        summary = read_summary(connection, workspace)
        after = story.offset + story.rows
        alone = seconds_to_detection(
            connection, workspace, islice(read_history(story.file), after, after + PROBES), stop=stop
        )
        if stop.is_set():
            raise Interrupted
    speed = f"{replay.rows_per_second:,.0f} runs/s inserted, predicted and detected"
    if alone:
        milliseconds = 1000 * statistics.median(alone)
        speed += f"; a run inserted alone has its detection after {milliseconds:.0f} ms (median of {len(alone)})"
    output.say(render(summary, title=story.title, speed=speed))
    return replay, {
        "history": story.title,
        "offset": story.offset,
        "replay": replay.to_json(),
        "summary": summary.to_json(),
        "seconds_to_detection": alone,
    }


def next_steps(story: Story, *, kept: Path | None) -> str:
    """What to do after the demo."""
    command = "flexiroaster" if shutil.which("flexiroaster") else os.path.relpath(sys.argv[0])
    lines = ["", "Next"]
    if kept is not None:
        lines += ["  Open this demo again:", f"    {command} up --data-dir {_shown(kept)}"]
    lines += [
        "  Replay all of it: keep a stack running, and in another terminal replay",
        f"    {command} up",
        f"    {command} replay {_shown(story.file)}",
        "  Replay your own runs: docs/history-format.md says how to write them down.",
    ]
    return "\n".join(lines)


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
