"""What an engine says about one event, and what it knew when it said it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.claim import Pipeline
from shared.execution import Execution
from shared.model_input import ModelInput
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState
from shared.pipeline_strangeness import Strangeness
from shared.served_models import ServedModels


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that an engine knows about a run's pipeline and surroundings before it learns from the run."""

    pipeline: Pipeline
    state: PipelineState
    owner: OutcomeHistory
    workspace: OutcomeHistory
    models: ServedModels

    def vector(self, execution: Execution) -> list[float]:
        """The features of the run at its beginning, from what the engine knows now.

        For `predict`, who is told of starts and ends in order, that is what was known then. `detect` is told of ends
        alone: it has also learned runs that ended while this one ran.
        """
        return self.state.vector(execution, now=execution.begun_at, owner=self.owner, workspace=self.workspace)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row for the engine's table (None: nothing to say), the vector it rests on, whether and how strange
    the run was, and the features of each of its stages by name."""

    row: Mapping[str, Any] | None = None
    features: Sequence[float] | None = None
    anomalous: bool = False
    strangeness: Strangeness | None = None
    stage_features: Mapping[str, Sequence[float]] = field(default_factory=dict)


class Judge(Protocol):
    """One engine's way of deciding. Pure: it reads and answers; learning is the batch's."""

    engine: str
    table: str
    recorded: ModelInput  # what the vectors of its judgements are

    @property
    def inputs(self) -> Mapping[str, ModelInput]:
        """The kinds of models that it consults."""

    def conclude(self, learned: Mapping[str, tuple[Pipeline, PipelineState]], *, now: datetime) -> Mapping[str, Any]:
        """What follows for the pipelines that runs were learned from: further keys of the completion."""

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        """Decide about a run that ``started``, ``ended`` or had ``stage:<name>`` end."""
