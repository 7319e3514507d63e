"""The `backtest` subcommand."""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from cli.backtest.blocks import blocks_of
from cli.backtest.detection import judge_detections
from cli.backtest.prediction import judge_predictions
from cli.backtest.report import report_html
from cli.backtest.result import Backtest
from cli.backtest.runs import as_runs
from cli.backtest.text import document, render
from cli.backtest.walked import walk
from cli.history import HistoryError, in_start_order
from cli.output import Output, json_option
from cli.replay.progress import Progress

Engine = Literal["predict", "detect"]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice(["predict", "detect"]), default="predict", show_default=True)
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write a page with curves and examples to FILE.",
)
@json_option
def backtest(file: Path, engine: Engine, report_file: Path | None, json_file: str | None) -> None:
    """What would this have done on my history FILE? Needs no stack.

    FILE is CSV, CSV.gz or Parquet (docs/history-format.md). The first 30 % of the runs are only learned from; the rest
    is judged in eight blocks of time, each with a model trained on what was known when the block began.

    Exit code 0 when the file was judged, 1 when it cannot be read or a result cannot be written.
    """
    output = Output(json_file)
    progress = Progress(sys.stderr)
    try:
        found = run_backtest(file, engine, progress)
    except HistoryError as error:
        raise click.ClickException(str(error)) from error
    finally:
        progress.end()
    output.say(render(found))
    if report_file is not None:
        _write(report_file, report_html(found))
        output.say(f"  The report is in {report_file}")
    output.result(document(found))


def run_backtest(file: Path, engine: Engine, progress: Progress) -> Backtest:
    """Backtest one engine on a history file.

    Raises:
        HistoryError: the file cannot be read.
    """
    began = time.monotonic()
    progress.begin()
    with in_start_order(file) as (rows, history):
        runs = as_runs(history)
        show = _shower(progress, rows, "Replaying")
        if engine == "predict":
            judged_from = next((begin for begin, _ in blocks_of(rows)), rows)
            walked = walk(runs, rows=rows, from_row=judged_from, show=show)
            found = judge_predictions(walked, history=file.name, say=progress.note)
        else:
            found = judge_detections(runs, history=file.name, show=show)
    return replace(found, seconds=time.monotonic() - began, peak_memory_mb=_peak_memory_mb())


def _shower(progress: Progress, rows: int, doing: str) -> Callable[[int, datetime], None]:
    def show(done: int, at: datetime) -> None:
        progress.show(doing=doing, runs=done, backlog=rows - done, at=at, of_runs=rows)

    return show


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from error
