import dataclasses
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cli.backtest.baselines import baselines
from cli.backtest.runs import as_runs
from cli.backtest.walked import Walked, walk
from cli.history import HistoryRow, write_history
from cli.main import main

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def runs(count: int, fails: Callable[[int], bool], **changes: object) -> list[HistoryRow]:
    """Runs of four pipelines, ten minutes apart, five minutes long."""
    return [
        dataclasses.replace(
            HistoryRow(
                execution_id=f"run-{number}",
                pipeline=f"roast-{number % 4}",
                owner="ada",
                queued_at=None,
                started_at=BEGIN + timedelta(minutes=10 * number),
                completed_at=BEGIN + timedelta(minutes=10 * number + 5),
                status="failed" if fails(number) else "completed",
            ),
            **changes,  # type: ignore[arg-type]
        )
        for number in range(count)
    ]


def walked_of(rows: list[HistoryRow]) -> Walked:
    return walk(as_runs(rows), rows=len(rows), from_row=0, show=lambda *_: None)


def backtested(tmp_path: Path, rows: Iterable[HistoryRow], *options: str) -> dict[str, object]:
    file, found = tmp_path / "history.csv", tmp_path / "found.json"
    rows = list(rows)
    write_history(file, rows, metric_names=sorted({name for row in rows for name in row.metrics}))
    result = CliRunner().invoke(main, ["backtest", str(file), "--json", str(found), *options])
    assert result.exit_code == 0, result.output
    value: dict[str, object] = json.loads(found.read_text())
    return value


def bursts(number: int) -> bool:
    """Roast-3 fails for a day, then is well for two."""
    return number % 4 == 3 and number // 144 % 3 == 0


def test_a_history_with_a_pattern_is_predicted_better_than_by_its_base_rate(tmp_path: Path) -> None:
    found = backtested(tmp_path, runs(2400, bursts))
    assert found["engine"] == "predict"
    assert found["rows"] == 2400
    assert found["pipelines"] == 4
    assert found["pooled_auc"] > 0.95  # type: ignore[operator]
    assert found["brier"] < found["baselines"]["constant"]["brier"]  # type: ignore[index, operator]
    assert set(found["baselines"]) == {"constant", "last_outcome", "ewma"}  # type: ignore[call-overload]
    blocks = found["blocks"]
    assert len(blocks) == 8  # type: ignore[arg-type]
    assert all(block["trained_on"] >= 700 for block in blocks)  # type: ignore[attr-defined]
    assert len(found["worst_runs"]) == 10  # type: ignore[arg-type]
    assert found["seconds"] > 0  # type: ignore[operator]
    assert found["peak_memory_mb"] > 0  # type: ignore[operator]


def test_the_future_is_never_known() -> None:
    rows = runs(60, lambda number: number % 2 == 0)
    # The run that starts first ends last.
    rows[0] = dataclasses.replace(rows[0], completed_at=rows[-1].started_at + timedelta(hours=1))
    walked = walked_of(rows)
    assert 0 not in walked.known_before(59)
    assert list(walked.known_before(3)) == [1, 2]
    changed = walked_of([*rows[:30], *runs(60, lambda number: number % 2 == 1)[30:]])
    assert np.array_equal(walked.features[:31], changed.features[:31])


def test_without_ends_only_earlier_rows_are_known(tmp_path: Path) -> None:
    rows = runs(900, bursts, completed_at=None)
    assert list(walked_of(rows[:5]).known_before(3)) == [0, 1, 2]
    notes = backtested(tmp_path, rows)["notes"]
    assert any("900 of 900 runs have no usable completed_at" in note for note in notes)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (runs(900, lambda _: True), "Every judged run failed"),
        (runs(900, lambda _: False), "Every judged run succeeded"),
        (runs(900, lambda _: False, status="cancelled"), "No judged run completed or failed"),
        (runs(40, bursts), "the documented heuristic answered: the heuristic answers: 4"),
        (runs(1, bursts), "the documented heuristic"),
        ([], "No judged run completed or failed"),
    ],
    ids=["all failed", "all completed", "all cancelled", "few", "one", "none"],
)
def test_a_history_with_little_to_say_gets_a_sentence(tmp_path: Path, rows: list[HistoryRow], note: str) -> None:
    notes = backtested(tmp_path, rows, "--report", str(tmp_path / "report.html"))["notes"]
    assert any(note in found for found in notes), notes  # type: ignore[attr-defined]
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    "rows",
    [
        [dataclasses.replace(row, pipeline=f"once-{row.execution_id}") for row in runs(2000, bursts)],
        [dataclasses.replace(row, pipeline="busy") if n % 20 else row for n, row in enumerate(runs(1500, bursts))],
        [dataclasses.replace(row, cpu_percent=50.0, requested_cpus=4.0) for row in runs(900, bursts)],
        [dataclasses.replace(row, completed_at=row.started_at - timedelta(days=1)) for row in runs(900, bursts)],
        list(reversed(runs(900, bursts))),
    ],
    ids=["2,000 pipelines of one run", "one pipeline with 95 %", "constant columns", "times backwards", "unsorted"],
)
def test_a_poisoned_history_is_judged_all_the_same(tmp_path: Path, rows: list[HistoryRow]) -> None:
    found = backtested(tmp_path, rows)
    assert found["rows"] == len(rows)
    assert 0.0 <= found["brier"] <= 0.3  # type: ignore[operator]


def test_an_id_that_comes_twice_is_an_error_and_no_result(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    write_history(file, runs(2, bursts))
    file.write_text(file.read_text().replace("run-1", "run-0"))
    result = CliRunner().invoke(main, ["backtest", str(file)])
    assert result.exit_code == 1
    assert "execution_id" in result.output


def test_baselines_choose_the_half_life_on_the_warm_up_alone() -> None:
    walked = walked_of(runs(400, bursts))
    chosen = baselines(walked.truth, walked.known, warm_up=120)
    spoilt = walked.truth.copy()
    spoilt[120:] = 1 - spoilt[120:]
    assert all(
        np.array_equal(answers, chosen[name]) for name, answers in baselines(spoilt, walked.known, warm_up=120).items()
    )
    assert np.unique(chosen["constant"]) == walked.truth[:120].mean()


def test_detection_is_compared_with_labels_it_never_reads(tmp_path: Path) -> None:
    slow = [
        dataclasses.replace(
            row,
            metrics={"latency_ms": 900.0 if number % 50 == 49 else 100.0 + number % 7},
            is_anomaly=number % 50 == 49,
        )
        for number, row in enumerate(runs(1000, lambda _: False))
    ]
    found = backtested(tmp_path, slow, "--engine", "detect")
    assert found["auc"] > 0.9  # type: ignore[operator]
    # One run in fifty is strange; a pipeline that is strange so often is heard within its budget of alarms.
    assert 2 < found["alerts_per_1000"] < 40  # type: ignore[operator]
    assert set(found["precision_at_k"]) == {"10", "100"}  # type: ignore[call-overload]
    turned = [dataclasses.replace(row, is_anomaly=not row.is_anomaly) for row in slow]
    assert backtested(tmp_path, turned, "--engine", "detect")["alerts_per_1000"] == found["alerts_per_1000"]
    unlabelled = [dataclasses.replace(row, is_anomaly=None) for row in slow]
    found = backtested(tmp_path, unlabelled, "--engine", "detect")
    assert found["auc"] is None
    assert any("no column is_anomaly" in note for note in found["notes"])  # type: ignore[attr-defined]
