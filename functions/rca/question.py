"""Direct questions: about a recorded run, or about a text."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from functions.rca.diagnose import diagnose
from functions.rca.explanation import explain
from shared.calls import Calls
from shared.errors import DataApiError, Refused
from shared.refusals import refusal_of

Text = Annotated[str, StringConstraints(max_length=1_000_000)]


class WhyQuestion(BaseModel):
    """About a recorded run (``execution_id``), or about a ``text`` with what else is known."""

    model_config = ConfigDict(extra="forbid")

    execution_id: UUID | None = None
    text: Text | None = None
    passing_log: Text | None = None
    stages: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
    metrics: dict[str, Any] = Field(default_factory=dict, max_length=1000)

    @model_validator(mode="after")
    def _name_one_subject(self) -> Self:
        if (self.execution_id is None) == (self.text is None):
            raise ValueError("send either execution_id (a recorded run) or text (a log or message)")
        return self


def answer(question: WhyQuestion, *, calls: Calls, token: str) -> dict[str, Any]:
    """Why a recorded run failed, as stored or as it would be explained now; or what a text says.

    Raises:
        Refused: the run does not exist for this caller, or the token is not accepted.
        DataApiError: the Data API failed.
    """
    if question.text is not None:
        _require_user(calls, token)
        found = diagnose(
            question.text, passing_log=question.passing_log, stages=question.stages, measures=question.metrics
        )
        return {**found.document(), "source": "computed"}
    execution_id = str(question.execution_id)
    context = _asked(calls, "diagnosis_contexts", {"of_executions": [execution_id]}, token).get(execution_id)
    if context is None:
        raise Refused(404, "Not found", f"there is no execution {execution_id} in your workspaces")
    subject = {"execution_id": execution_id}
    if context["stored"]:
        return {**subject, "causes": context["stored"], "source": "stored"}
    arguments = {"for_engine": "rca", "of_execution": execution_id, "of_pipeline": None}
    known = _asked(calls, "question_context", arguments, token)
    return {**subject, "causes": explain(known["execution"], known["pipeline"], context), "source": "computed"}


def _require_user(calls: Calls, token: str) -> None:
    """A text needs no database, but whoever has it read must be somebody."""
    _asked(calls, "question_context", {"for_engine": "rca"}, token)


def _asked(calls: Calls, function: str, arguments: Mapping[str, Any], token: str) -> Any:
    try:
        return calls.call(function, arguments, token=token)
    except DataApiError as error:
        raise refusal_of(error) or error from error
