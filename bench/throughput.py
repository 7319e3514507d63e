"""Executions per second through all layers on the embedded stack, and what a backlog costs.

Run: ``python -m bench.throughput [--runs N]``. Targets: >= 600 executions/s inserted, predicted and detected over
20,000 runs; memory that does not grow with the backlog. The floor is the same insert with every engine asleep.
"""

import argparse
import threading
import time
from pathlib import Path

from bench.history import history_file
from bench.processes import cpu_seconds, largest_resident_mb
from bench.report import show
from bench.stack import temporary_stack
from cli.replay.command import replay_file
from cli.replay.result import ReplayResult
from cli.replay.target import stack_credentials
from local.stack import Stack

BACKLOG_RUNS = 6_000  # three events each: what the replay lets wait before it holds back
SAMPLE_SECONDS = 0.2


class MemoryWatch:
    """The largest resident memory of a function process while it watches, in MB."""

    def __init__(self, stack: Stack) -> None:
        self.peak_mb = 0.0
        self._stack = stack
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self.peak_mb = max(self.peak_mb, largest_resident_mb(self._stack.description.processes["functions"]))


def replay(stack: Stack, file: Path, *, offset: int, runs: int, wait: bool = True) -> ReplayResult:
    """Replay a slice as fast as it goes."""
    return replay_file(
        file,
        stack_credentials(stack.description),
        journals=Path(stack.description.data_dir) / "replays",
        offset=offset,
        limit=runs,
        wait=wait,
    )


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=20_000)
    runs = arguments.parse_args().runs
    file, title = history_file(runs + BACKLOG_RUNS)
    with temporary_stack() as stack:
        with MemoryWatch(stack) as steady:
            result = replay(stack, file, offset=0, runs=runs)
        processes = stack.description.processes
        spent = {name: cpu_seconds(pid) / runs * 1e3 for name, pid in processes.items()}
        stack.stop("functions")
        floor = replay(stack, file, offset=runs, runs=BACKLOG_RUNS, wait=False)
        stack.start("functions")
        began = time.monotonic()
        with MemoryWatch(stack) as behind:
            drained = replay(stack, file, offset=runs + BACKLOG_RUNS, runs=100)
        seconds = time.monotonic() - began
    if not (result.waited and drained.waited):
        raise SystemExit("the engines did not finish: see the functions' log")
    show(
        f"{runs:,} executions of the {title}, as fast as they go",
        {
            "inserted only, engines asleep (floor)": f"{floor.rows / floor.sending_seconds:8.0f} executions/s",
            "inserted, predicted and detected (target 600)": f"{result.rows_per_second:8.0f} executions/s",
            "CPU per execution": "  ".join(f"{name} {cost:.2f} ms" for name, cost in spent.items() if cost >= 0.01),
            "function memory, keeping up": f"{steady.peak_mb:8.0f} MB",
            f"function memory, {3 * BACKLOG_RUNS:,} events behind": (
                f"{behind.peak_mb:8.0f} MB, made good in {seconds:.0f} s"
            ),
        },
    )


if __name__ == "__main__":
    main()
