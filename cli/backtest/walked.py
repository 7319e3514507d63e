"""A history walked once: for every run what was known at its start, and what came of it."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from cli.backtest.blocks import iso
from cli.backtest.result import Told
from cli.history import HistoryRow
from functions.predict.factors import factors
from functions.predict.heuristic import failure_probability
from functions.train.quality import Array
from shared.execution import Execution
from shared.features import FEATURES
from shared.replay import Replay, ReplayedStart
from shared.statistics.run_rates import HALF_LIVES_RUNS

WORST_RUNS = 10


@dataclass(slots=True)
class Walked:
    """One entry per run, in the order of starts.

    ``features`` float32 [n, 49]; ``truth`` 1 failed, 0 succeeded, -1 neither; ``started_at`` and ``ended_at`` in epoch
    seconds (NaN: the end is unknown); ``known`` is what `baselines` reads; ``worst`` holds, for the failed runs that
    took longest, (seconds, row number, what moved its probability).
    """

    rows: int
    features: Array = field(init=False)
    truth: Array = field(init=False)
    started_at: Array = field(init=False)
    ended_at: Array = field(init=False)
    heuristic: Array = field(init=False)
    known: Array = field(init=False)
    names: list[str] = field(default_factory=list)
    pipeline: Array = field(init=False)
    ids: list[str] = field(default_factory=list)
    worst: list[tuple[float, int, tuple[str, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.features = np.empty((self.rows, len(FEATURES)), dtype=np.float32)
        self.truth = np.full(self.rows, -1, dtype=np.int8)
        self.started_at = np.empty(self.rows)
        self.ended_at = np.full(self.rows, np.nan)
        self.heuristic = np.empty(self.rows)
        self.known = np.empty((self.rows, 2 + len(HALF_LIVES_RUNS)), dtype=np.float32)
        self.pipeline = np.empty(self.rows, dtype=np.int32)

    def note(self, row: int, start: ReplayedStart, *, from_row: int) -> None:
        """Write down a run at its start; from ``from_row`` on it may be one of the worst."""
        execution, outcomes = start.execution, start.state.outcomes
        failed = execution.failed
        self.features[row] = start.vector
        self.truth[row] = -1 if failed is None else int(failed)
        self.started_at[row] = execution.begun_at.timestamp()
        if execution.completed_at is not None and execution.completed_at >= execution.begun_at:
            self.ended_at[row] = execution.ended_at.timestamp()
        self.heuristic[row] = failure_probability(start.vector)
        self.known[row] = [start.state.runs, outcomes.streak.failures, *outcomes.rates.failures]
        seconds = execution.duration_seconds or 0.0
        is_among_worst = len(self.worst) < WORST_RUNS or seconds > self.worst[0][0]
        if failed and row >= from_row and is_among_worst:
            said = tuple(factor.text for factor in factors(start.vector, start.state))
            heapq.heappush(self.worst, (seconds, row, said))
            if len(self.worst) > WORST_RUNS:
                heapq.heappop(self.worst)

    def known_before(self, row: int) -> Array:
        """Row numbers of labelled runs whose outcome was known when ``row`` started; an unknown end counts at once."""
        ended, started = self.ended_at[:row], self.started_at[row]
        return np.flatnonzero((self.truth[:row] >= 0) & (np.isnan(ended) | (ended < started)))

    def told(self, said: Array) -> tuple[Told, ...]:
        """The worst runs, longest first, with what was ``said`` of each."""
        ordered = sorted(self.worst, reverse=True)
        return tuple(
            Told(
                execution_id=self.ids[row],
                pipeline=self.names[self.pipeline[row]],
                started_at=iso(self.started_at[row]),
                status="failed",
                said=float(said[row]),
                reasons=reasons,
            )
            for _, row, reasons in ordered
        )


def walk(
    runs: Iterable[tuple[HistoryRow, Execution]], *, rows: int, from_row: int, show: Callable[[int, datetime], None]
) -> Walked:
    """Replay ``rows`` runs, given in the order of their starts; ``show`` is told how far it is."""
    walked = Walked(rows)
    numbers: dict[str, int] = {}
    keys: list[str] = []

    def executions() -> Iterable[Execution]:
        for row, execution in runs:
            walked.ids.append(row.execution_id)
            keys.append(row.pipeline)
            yield execution

    for place, start in enumerate(Replay().walk(executions())):
        walked.note(place, start, from_row=from_row)
        walked.pipeline[place] = numbers.setdefault(keys[place], len(numbers))
        show(place + 1, start.execution.begun_at)
    walked.names = list(numbers)
    return walked
