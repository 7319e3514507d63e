"""Judge detection on a history with planted faults: which share is found at five alerts per 1,000 healthy runs.

Run ``python -m bench.detection [FILE] [--seeds N]``; the default is the Gaia history of the development data, with one
seed. `bench.faults` says what is planted. A fault of several runs is found if one of them is alerted; one of a missing
run, if detection calls the pipeline late before the next start. The budget is kept twice: with the threshold that gave
five alerts per 1,000 in the healthy runs just before the first fault (what one could have set), and with the one that
gives five among the healthy runs that are judged (what a perfect setting would have been). Detection as served also
sets a level of its own, by pipeline: that is a third row. Real anomalies of the history count as healthy.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.detection_rivals import rivals
from bench.faults import HEALTHY_SHARE, SIZES, STRENGTHS, Fault, planted
from bench.quality import DEFAULT_FILE
from cli.backtest.runs import as_runs
from cli.history import HistoryRow, in_start_order
from functions.detect.expectation import expectation_of
from functions.detect.guardrail import ALARM_FROM
from functions.detect.score import found_by, score
from functions.detect.zscores import strange_measures
from functions.train.quality import Array
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from shared.replay import Finding, Replay

BUDGET = 0.005
CALIBRATION_SHARE = 0.2  # of the history, just before the first fault
PIPELINE: dict[str, Any] = {"config": {}, "stages": [], "timeout_seconds": None}
SERVED, BASELINES = "detection as served", "its baselines alone"


class Scores:
    """One score per run and method, in order of start; ``late`` where a run was called late before it started."""

    def __init__(self, rows: int) -> None:
        self.of = {SERVED: np.zeros(rows), BASELINES: np.zeros(rows)}
        self.late = np.zeros(rows, bool)
        self.alarms = np.zeros(rows, bool)
        self.numbers: dict[str, int] = {}

    def judge(self, execution: Execution, state: PipelineState) -> Finding:
        """Score an ended run as it is served."""
        number = self.numbers[execution.id]
        detection = score(execution, state, PIPELINE)
        self.of[SERVED][number] = detection.score
        strange = (abs(measure.strangeness) for measure in strange_measures(execution, state, {}))
        self.of[BASELINES][number] = max(strange, default=0.0) / state.strangeness.budget.get()
        self.alarms[number] = detection.is_anomaly
        return Finding(detection.is_anomaly, found_by(detection, PIPELINE))


def judged(rows: Sequence[HistoryRow]) -> Scores:
    """Replay the history through detection."""
    scores = Scores(len(rows))
    executions = []
    for number, (_, execution) in enumerate(as_runs(rows)):
        scores.numbers[execution.id] = number
        executions.append(execution)
    for number, start in enumerate(Replay(scores.judge).walk(executions)):
        expected = expectation_of(PIPELINE, start.state, now=start.execution.begun_at).expected
        scores.late[number] = expected is not None and expected.late_after < start.execution.begun_at
    return scores


def recalls(
    scores: Array, faults: Sequence[Fault | None], late: Array, threshold: float
) -> dict[tuple[str, str], tuple[int, int]]:
    """Found and planted per kind and strength."""
    found: dict[tuple[str, str], dict[int, bool]] = defaultdict(dict)
    for number, fault in enumerate(faults):
        if fault is None:
            continue
        hit = bool(late[number]) if fault.kind == "missing_run" else bool(scores[number] > threshold)
        events = found[fault.kind, fault.strength]
        events[fault.event] = events.get(fault.event, False) or hit
    return {cell: (sum(events.values()), len(events)) for cell, events in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table per method."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT_FILE)
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args(arguments)
    if not given.file.exists():
        print(f"There is no history at {given.file}: give one, or put the development data there. Nothing was judged.")
        return
    with in_start_order(given.file) as (_, history):
        rows = list(history)
    totals: dict[str, dict[tuple[str, str], list[int]]] = {}
    for seed in range(7, 7 + given.seeds):
        _judge_seed(rows, seed, totals)
    for method, cells in totals.items():
        print(f"\n{method}\n{'':16s}" + "".join(f"{strength:>16s}" for strength in STRENGTHS))
        for kind in SIZES:
            print(f"{kind:16s}" + "".join(_cell(cells.get((kind, strength))) for strength in STRENGTHS))
        counted = {cell: counts for cell, counts in cells.items() if cell[0] != "missing_run"}
        by_strength = [[c for (_, s), c in counted.items() if s == strength] for strength in STRENGTHS]
        print(f"{'all but missing':16s}" + "".join(_cell(_sum(each)) for each in by_strength))
        print(f"overall {_cell(_sum(list(counted.values()))).strip()}   target 0.85, strong 0.95")


def _judge_seed(rows: Sequence[HistoryRow], seed: int, totals: dict[str, dict[tuple[str, str], list[int]]]) -> None:
    labelled = planted(rows, seed=seed)
    faulty, faults = [row for row, _ in labelled], [fault for _, fault in labelled]
    healthy = np.array([fault is None for fault in faults])
    scores = judged(faulty)
    begin = int(HEALTHY_SHARE * len(faulty))
    before = slice(begin - int(CALIBRATION_SHARE * len(faulty)), begin)
    after = np.flatnonzero(healthy & (np.arange(len(faulty)) >= begin))
    print(
        f"seed {seed}: {len(faulty):,} runs, {len({f.event for f in faults if f}):,} faults; healthy runs judged: "
        f"{1000 * scores.alarms[after].mean():.1f} alarms and {1000 * scores.late[after].mean():.1f} late in 1,000"
    )
    for method, said in (scores.of | rivals(faulty, begin)).items():
        thresholds = {
            "threshold from before": float(np.quantile(said[before], 1.0 - BUDGET)),
            "oracle threshold": float(np.quantile(said[after], 1.0 - BUDGET)),
        }
        if method == SERVED:
            thresholds["its own level"] = float(np.nextafter(ALARM_FROM, 0.0))
        for name, threshold in thresholds.items():
            alerts = 1000.0 * float((said[after] > threshold).mean())
            cells = totals.setdefault(f"{method}, {name}", {})
            for cell, counts in recalls(said, faults, scores.late, threshold).items():
                cells[cell] = _sum([cells.get(cell, [0, 0]), list(counts)])
            print(f"  {method}, {name}: {threshold:.3f} gives {alerts:.1f} alerts per 1,000 healthy runs")


def _sum(cells: Sequence[Sequence[int]]) -> list[int]:
    return [sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)]


def _cell(counts: Sequence[int] | None) -> str:
    return f"{'-':>16s}" if not counts or not counts[1] else f"{counts[0] / counts[1]:8.2f} of {counts[1]:4d}"


if __name__ == "__main__":
    main()
