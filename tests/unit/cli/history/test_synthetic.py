"""The invented history."""

from itertools import groupby
from pathlib import Path

from cli.history import read_history, write_history
from cli.history.synthetic import synthetic_history


def test_it_is_the_same_for_a_seed_and_says_that_it_is_invented() -> None:
    rows = list(synthetic_history(500))
    assert rows == list(synthetic_history(500))
    assert rows != list(synthetic_history(500, seed=8))
    assert all(row.execution_id.startswith("synthetic-") for row in rows)


def test_it_is_a_canonical_history_in_the_order_of_its_starts(tmp_path: Path) -> None:
    rows = list(synthetic_history(2000))
    write_history(tmp_path / "runs.csv", rows)
    assert list(read_history(tmp_path / "runs.csv")) == rows
    assert rows == sorted(rows, key=lambda row: row.started_at)


def test_failures_come_in_bursts_and_some_runs_are_strange() -> None:
    rows = list(synthetic_history(5000))
    outcomes = [row.status for row in rows if row.pipeline == "clicks-sessions"]
    failures = outcomes.count("failed")
    streaks = sum(1 for status, _ in groupby(outcomes) if status == "failed")
    assert 0.05 < sum(row.status == "failed" for row in rows) / len(rows) < 0.3
    assert failures / streaks > 1 / (1 - failures / len(outcomes)) * 1.2  # longer streaks than coin flips make
    assert 20 < sum(row.is_anomaly is True for row in rows) < 100
