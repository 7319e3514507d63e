"""What `detect` would have said about each run as it ended."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import numpy as np

from cli.backtest.blocks import blocks_of, judged
from cli.backtest.result import ALARM_FROM, Backtest, Told
from cli.history import HistoryRow
from functions.detect.score import found_by, score
from functions.train.quality import Array, labelled_rows, measure_quality, precision_at
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from shared.replay import Finding, Replay

PIPELINE: dict[str, Any] = {"config": {}, "stages": [], "timeout_seconds": None}
WORST_RUNS = 10
PRECISION_AT = (10, 100)


class Detections:
    """Scores by run, as the runs of a replay end. Labels are read by nobody but the final comparison."""

    def __init__(self) -> None:
        self.rows: list[HistoryRow] = []
        self._numbers: dict[str, int] = {}
        self._scores: dict[int, float] = {}
        self._reasons: dict[int, tuple[str, ...]] = {}

    def expect(self, row: HistoryRow, execution: Execution) -> None:
        """A run that is about to start."""
        self._numbers[execution.id] = len(self.rows)
        self.rows.append(row)

    def judge(self, execution: Execution, state: PipelineState) -> Finding:
        """Score an ended run before it is learned."""
        detection = score(execution, state, PIPELINE)
        number = self._numbers[execution.id]
        self._scores[number] = detection.score
        if detection.is_anomaly:
            self._reasons[number] = tuple(reason.text for reason in detection.reasons)
        return Finding(detection.is_anomaly, found_by(detection, PIPELINE))

    def scores(self) -> Array:
        """One score in 0..1 per run, in the order of starts."""
        return np.array([self._scores[number] for number in range(len(self.rows))])

    def reasons(self, number: int) -> tuple[str, ...]:
        """Why the run was an anomaly; empty where it was none."""
        return self._reasons.get(number, ())


def judge_detections(
    runs: Iterable[tuple[HistoryRow, Execution]], *, history: str, show: Callable[[int, datetime], None]
) -> Backtest:
    """Score every run as it ends, and compare with the labels ``is_anomaly`` where the file has them."""
    detections = Detections()

    def executions() -> Iterable[Execution]:
        for row, execution in runs:
            detections.expect(row, execution)
            yield execution

    for number, start in enumerate(Replay(detections.judge).walk(executions()), start=1):
        show(number, start.execution.begun_at)
    return _compared(detections, history)


def _compared(detections: Detections, history: str) -> Backtest:
    rows, said = detections.rows, detections.scores()
    truth = np.array([-1 if row.is_anomaly is None else int(row.is_anomaly) for row in rows], dtype=np.int8)
    started_at = np.array([row.started_at.timestamp() for row in rows])
    pipeline = np.array([row.pipeline for row in rows], dtype=object)
    blocks = blocks_of(len(rows))
    first = blocks[0][0] if blocks else len(rows)
    outcomes = [row.status == "failed" for row in rows if row.status in ("failed", "completed")]
    quality = measure_quality(truth, said, pipeline=pipeline.astype(str), blocks=blocks)
    labelled = labelled_rows(truth, (first, len(rows)))
    return Backtest(
        engine="detect",
        history=history,
        rows=len(rows),
        pipelines=len(set(pipeline)),
        failure_rate=float(np.mean(outcomes)) if outcomes else None,
        quality=quality,
        baselines={},
        blocks=tuple(judged(truth, said, started_at, block) for block in blocks),
        told=_told(detections, said, first),
        notes=_notes(truth[first:]),
        truth=truth[first:],
        said=said[first:],
        started_at=started_at[first:],
        pipeline=pipeline[first:],
        extra={
            "auc": quality.pooled_auc if quality else None,
            "alerts_per_1000": 1000.0 * float(np.mean(said[first:] >= ALARM_FROM)) if first < len(rows) else None,
            "precision_at_k": {str(k): precision_at(truth[labelled], said[labelled], k) for k in PRECISION_AT},
        },
    )


def _told(detections: Detections, said: Array, first: int) -> tuple[Told, ...]:
    worst = first + np.argsort(-said[first:], kind="stable")[:WORST_RUNS]
    return tuple(
        Told(
            execution_id=detections.rows[number].execution_id,
            pipeline=detections.rows[number].pipeline,
            started_at=detections.rows[number].started_at.isoformat(timespec="seconds"),
            status=detections.rows[number].status,
            said=float(said[number]),
            reasons=detections.reasons(number),
        )
        for number in worst
    )


def _notes(truth: Array) -> tuple[str, ...]:
    labelled = truth[truth >= 0]
    if len(labelled) == 0:
        return ("The file has no column is_anomaly, so alarms are counted but cannot be called right or wrong.",)
    if len(np.unique(labelled)) == 1:
        kind = "an anomaly" if labelled[0] else "ordinary"
        return (f"Every judged run is labelled {kind}, so there is no AUC.",)
    return ()
