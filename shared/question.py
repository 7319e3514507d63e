"""Direct questions over HTTP, answered with the caller's own token, so that row-level security holds."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

from shared.calls import Calls
from shared.claim import ModelReference, execution_of
from shared.errors import DataApiError, Refused
from shared.histories import Histories
from shared.judgement import Judge, Knowledge
from shared.refusals import refusal_of
from shared.served_model import Store
from shared.served_models import ServedModels
from shared.state_store import parse_state

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Numbers = Annotated[dict[Name, FiniteFloat], Field(max_length=200)]


class Question(BaseModel):
    """About a recorded run (``execution_id``), or about a run of a pipeline that might be (``pipeline_id``)."""

    model_config = ConfigDict(extra="forbid")

    execution_id: UUID | None = None
    pipeline_id: UUID | None = None
    started_at: AwareDatetime | None = None
    trigger_type: Literal["manual", "scheduled", "webhook", "api", "healing"] = "manual"
    attempt: int = Field(default=1, ge=1, le=1000)
    metadata: Numbers = Field(default_factory=dict)

    @model_validator(mode="after")
    def _name_one_subject(self) -> Self:
        if (self.execution_id is None) == (self.pipeline_id is None):
            raise ValueError("send either execution_id (a recorded run) or pipeline_id (a run that might be)")
        return self

    def supposed_row(self, now: datetime) -> dict[str, Any]:
        """The row of a run that might be, as far as the question describes it."""
        supposed = self.model_dump(exclude={"execution_id", "pipeline_id"}, exclude_none=True)
        return {"id": "supposed", "status": "running", "started_at": now, "created_at": now, **supposed}


def answer(
    question: Question,
    *,
    phase: str,
    judge: Judge,
    calls: Calls,
    models: Store,
    token: str,
    now: Callable[[], datetime],
) -> dict[str, Any]:
    """What was decided about a recorded run, or what would be decided now.

    Raises:
        Refused: the run or pipeline does not exist for this caller, or the token is not accepted.
        DataApiError: the Data API failed.
    """
    context = _context(question, judge.engine, calls, token)
    if context["stored"] is not None:
        return {**context["stored"], "source": "stored"}
    asked_at = now()
    supposed = question.supposed_row(asked_at)
    places = {"workspace_id": context["workspace_id"], "pipeline_id": context["pipeline_id"]}
    execution = execution_of(context["execution"] or {**supposed, **places}, context["pipeline"], now=asked_at)
    histories = Histories(context["workspace_id"], context["histories"])
    references = {kind: ModelReference(**model) for kind, model in context["models"].items()}
    knowledge = Knowledge(
        context["pipeline"],
        parse_state(context["pipeline_id"], context["state"]),
        histories.owner(execution.owner_id),
        histories.workspace(),
        # A direct question is answered by production alone: nothing is tried out on whoever asks.
        ServedModels(judge.inputs, references, {}, models),
    )
    judgement = judge.judge(phase, execution, knowledge)
    subject = {
        "execution_id": question.execution_id and str(question.execution_id),
        "pipeline_id": context["pipeline_id"],
        "phase": phase,
    }
    return {**subject, **(judgement.row or {}), "source": "computed"}


def _context(question: Question, engine: str, calls: Calls, token: str) -> Mapping[str, Any]:
    arguments = {
        "for_engine": engine,
        "of_execution": question.execution_id and str(question.execution_id),
        "of_pipeline": question.pipeline_id and str(question.pipeline_id),
    }
    try:
        context: Mapping[str, Any] | None = calls.call("question_context", arguments, token=token)
    except DataApiError as error:
        raise refusal_of(error) or error from error
    if context is None:
        subject = f"execution {question.execution_id}" if question.execution_id else f"pipeline {question.pipeline_id}"
        raise Refused(404, "Not found", f"there is no {subject} in your workspaces")
    return context
