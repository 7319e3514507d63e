"""Walk a history as it happened, so that training and backtests see exactly what the engines saw."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from shared.execution import Execution
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState
from shared.pipeline_strangeness import Strangeness


class ReplayedStart(NamedTuple):
    """A run at its start: its features, and the state of its pipeline before it.

    ``state`` goes on learning when the iteration goes on: read it now, or copy it through JSON.
    """

    execution: Execution
    vector: list[float]
    state: PipelineState


class Finding(NamedTuple):
    """What detection says of an ended run: whether it was an anomaly, and how strange it was."""

    anomalous: bool
    strangeness: Strangeness | None = None


class Replay:
    """Starts in order of time, each with what was known then. Use it for one pass.

    A run becomes known when it ended, if that was before the scored run started. Where ``completed_at`` is missing
    (or before the start) only the order of starts is known: the run becomes known right after its start, so later
    rows may know it and earlier rows may not. Runs of one instant start in the order given. Memory grows with the
    runs under way and the pipelines and owners, not with the history.

    Executions must come in order of start; one that goes back in time is scored at its place in the order given.

    ``judge`` is asked about every ended run before it is learned, with the state of its pipeline: detection, as
    `detect` does it. Without one no run is anomalous.
    """

    def __init__(self, judge: Callable[[Execution, PipelineState], Finding] | None = None) -> None:
        self._judge = judge
        self.states: dict[str, PipelineState] = {}
        self.owners: dict[tuple[str, str], OutcomeHistory] = {}
        self.workspaces: dict[str, OutcomeHistory] = {}
        self._under_way: list[tuple[float, int, Execution]] = []

    def walk(self, executions: Iterable[Execution]) -> Iterator[ReplayedStart]:
        """Yield every run at its start; learn every run at its end."""
        for order, execution in enumerate(executions):
            begun_at = execution.begun_at
            self._learn_ended_before(begun_at.timestamp())
            owner, workspace = self._histories(execution)
            state = self.states.setdefault(execution.pipeline_id, PipelineState())
            vector = state.vector(execution, now=begun_at, owner=owner, workspace=workspace)
            yield ReplayedStart(execution, vector, state)
            if execution.completed_at is None or execution.completed_at < begun_at:
                self._learn(execution)
            else:
                heapq.heappush(self._under_way, (execution.ended_at.timestamp(), order, execution))
        self._learn_ended_before(float("inf"))

    def _learn(self, execution: Execution) -> None:
        state = self.states.setdefault(execution.pipeline_id, PipelineState())
        found = Finding(False) if self._judge is None else self._judge(execution, state)
        is_new = state.update(execution, anomalous=found.anomalous, strangeness=found.strangeness)
        if is_new and execution.failed is not None:
            for history in self._histories(execution):
                history.update(execution.ended_at.timestamp(), execution.failed)

    def _learn_ended_before(self, moment: float) -> None:
        while self._under_way and self._under_way[0][0] < moment:
            self._learn(heapq.heappop(self._under_way)[2])

    def _histories(self, execution: Execution) -> tuple[OutcomeHistory, OutcomeHistory]:
        workspace = self.workspaces.setdefault(execution.workspace_id, OutcomeHistory())
        if execution.owner_id is None:
            return OutcomeHistory(), workspace
        return self.owners.setdefault((execution.workspace_id, execution.owner_id), OutcomeHistory()), workspace
