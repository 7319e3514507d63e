"""Judge detection on tables of metrics, beside scikit-learn's isolation forest.

Run ``python -m bench.metric_tables [FOLDER] [--rows N] [--seed N]``; the default folder is the ADBench part of the
development data: ``*.npz`` with ``X`` (rows of numbers) and ``y`` (1: an anomaly). Each table is one pipeline whose
columns are its metrics: rows are shuffled, the first 30 % are only learned from, without labels, and the rest is scored
as it comes. The forest has scikit-learn's defaults and learns from the same 30 %.
"""

import argparse
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sklearn.ensemble import IsolationForest

from cli.backtest.blocks import blocks_of
from cli.backtest.detection import judge_detections
from cli.backtest.runs import as_runs
from cli.history import HistoryRow
from functions.train.quality import Array, roc_auc

DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "adbench"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = 0.03


def history(table: Array, truth: Array) -> list[HistoryRow]:
    """A run every minute, all of them completed in half of one."""
    return [
        HistoryRow(
            execution_id=f"row-{number}",
            pipeline="table",
            owner=None,
            queued_at=None,
            started_at=BEGAN + timedelta(minutes=number),
            completed_at=BEGAN + timedelta(minutes=number, seconds=30),
            status="completed",
            metrics={f"column_{place}": float(value) for place, value in enumerate(values)},
            is_anomaly=bool(is_anomaly),
        )
        for number, (values, is_anomaly) in enumerate(zip(table, truth, strict=True))
    ]


def judge_table(file: Path, *, rows: int, seed: int) -> tuple[float, float] | None:
    """Print one line and return both AUCs; None where no AUC is defined."""
    with np.load(file) as loaded:
        table, truth = loaded["X"].astype(float), loaded["y"].astype(int)
    kept = np.random.default_rng(seed).permutation(len(truth))[:rows]
    table, truth = table[kept], truth[kept]
    warm_up = blocks_of(len(truth))[0][0]
    began = time.perf_counter()
    found = judge_detections(as_runs(history(table, truth)), history=file.name, show=lambda *_: None)
    seconds = time.perf_counter() - began
    forest = IsolationForest(random_state=0).fit(table[:warm_up])
    own, theirs = roc_auc(truth[warm_up:], found.said), roc_auc(truth[warm_up:], -forest.score_samples(table[warm_up:]))
    if own is None or theirs is None:
        print(f"{file.stem:20s} one class only", flush=True)
        return None
    print(
        f"{file.stem:20s} {len(table):6d} x {table.shape[1]:3d}  {own:.3f}  {theirs:.3f}  {own - theirs:+.3f}  "
        f"{found.extra['alerts_per_1000']:6.1f}  {1e6 * seconds / len(table):6.0f} us",
        flush=True,
    )
    return own, theirs


def main() -> None:
    """Print one line per table and the means, of all tables and of every other one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--rows", type=int, default=8000, help="at most so many rows of each table")
    parser.add_argument("--seed", type=int, default=0, help="of the shuffle")
    asked = parser.parse_args()
    files = sorted(asked.folder.glob("*.npz"))
    if not files:
        print(f"There are no tables in {asked.folder}: give a folder, or put the development data there.")
        return
    print(f"{'table':20s} {'rows x columns':>14s}  detect  forest  gain  alarms per 1,000, time per row")
    judged = [judge_table(file, rows=asked.rows, seed=asked.seed) for file in files]
    aucs = np.array([pair for pair in judged if pair is not None])
    for name, part in (("all", aucs), ("first, third, ...", aucs[::2]), ("second, fourth, ...", aucs[1::2])):
        own, theirs = part.mean(axis=0)
        print(f"{name:36s} {own:.4f}  {theirs:.4f}  {own - theirs:+.4f}   target {TARGET:+.2f}")


if __name__ == "__main__":
    main()
