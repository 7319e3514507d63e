"""Time and memory of one training, from labelled runs as the database hands them out to a candidate.

Run ``python -m bench.training [ROWS ...]``; by default 100,000 and 1,000,000 runs. Target at 1,000,000: <= 180 s and
<= 2,500 MB, and no more than linear from 100,000. The runs are the Gaia history (or an invented one) over and over,
each time later; their features were computed when they were served, as in production, so a page of JSON is where the
clock starts. The floor is reading the pages.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.history import history_file
from bench.report import show
from cli.backtest.runs import as_runs
from cli.backtest.walked import walk
from cli.history import in_start_order

PAGE_ROWS = 5000
SIZES = (100_000, 1_000_000)


def main(arguments: Sequence[str]) -> None:
    """Print seconds and peak memory for each size."""
    if arguments[:1] == ["--child"]:
        print(json.dumps(train(Path(arguments[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base.jsonl"
        runs, title = write_base(base)
        seconds: dict[int, float] = {}
        figures: dict[str, str] = {}
        for rows in [int(argument) for argument in arguments] or SIZES:
            pages = Path(folder) / "pages.jsonl"
            write_pages(base, pages, rows)
            command = [sys.executable, "-m", "bench.training", "--child", str(pages)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            seconds[rows] = found["seconds"]
            figures[f"{rows:,} runs: read, judge, fit, export"] = f"{seconds[rows]:.1f} s, {found['memory_mb']:,.0f} MB"
            figures[f"{rows:,} runs: reading their pages alone"] = f"{found['reading']:.1f} s"
        growth = max(seconds.values()) / min(seconds.values())
        figures["time from the smallest to the largest"] = (
            f"x {growth:.1f} for x {max(seconds) / min(seconds):.1f} runs"
        )
        show(f"Training on {title}, {runs:,} runs, repeated", figures)


def write_base(file: Path) -> tuple[int, str]:
    """The labelled runs of a history as rows of ``training_rows``, one per line, and how many there are."""
    path, title = history_file(50_000)
    with in_start_order(path) as (rows, history), file.open("w") as lines:
        walked = walk(as_runs(history), rows=rows, from_row=rows, show=lambda *_: None)
        for row in range(rows):
            if walked.truth[row] >= 0:
                started, ended = walked.started_at[row], walked.ended_at[row]
                lines.write(
                    json.dumps(
                        [
                            walked.ids[row],
                            started,
                            started if ended != ended else ended,
                            int(walked.truth[row]),
                            None,
                            walked.names[walked.pipeline[row]],
                            [round(float(value), 6) for value in walked.features[row]],
                        ]
                    )
                    + "\n"
                )
    return rows, title


def write_pages(base: Path, file: Path, rows: int) -> None:
    """So many runs in pages, a page per line: the base again and again, each time later and under fresh ids."""
    known = base.read_text().splitlines()
    first, last = json.loads(known[0])[1], json.loads(known[-1])[1]
    with file.open("w") as pages:
        page: list[str] = []
        for number in range(rows):
            round_number, place = divmod(number, len(known))
            row = json.loads(known[place])
            shift = round_number * (last - first + 1.0)
            page.append(json.dumps([f"{round_number}-{row[0]}", row[1] + shift, row[2] + shift, *row[3:]]))
            if len(page) == PAGE_ROWS or number == rows - 1:
                pages.write(f"[{','.join(page)}]\n")
                page = []


def pages_of(file: Path) -> Iterator[Any]:
    """The pages of a file, parsed one at a time."""
    with file.open() as lines:
        yield from map(json.loads, lines)


def train(file: Path) -> dict[str, float]:
    """Train on the pages of a file; seconds and this process's peak memory."""
    import resource

    from functions.train.candidate import make_candidate
    from functions.train.dataset import Dataset

    began = time.perf_counter()
    for _ in pages_of(file):
        pass
    reading = time.perf_counter() - began
    began = time.perf_counter()
    make_candidate(Dataset.of_pages(pages_of(file)), kind="failure_prediction", git_revision="bench")
    seconds = time.perf_counter() - began
    return {
        "reading": reading,
        "seconds": seconds,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
