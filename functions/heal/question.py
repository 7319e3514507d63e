"""Direct questions: what would be done about a failed run? Nothing is done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from functions.heal.decision import plan_for
from shared.calls import Calls
from shared.errors import DataApiError, Refused
from shared.refusals import refusal_of

_SHOWN = (
    "decision",
    "reasons",
    "cause",
    "steps",
    "plan_hash",
    "config_version",
    "act_after",
    "evidence",
    "model_version",
)


class PlanQuestion(BaseModel):
    """About a recorded run."""

    model_config = ConfigDict(extra="forbid")

    execution_id: UUID


def answer(question: PlanQuestion, *, calls: Calls, token: str) -> dict[str, Any]:
    """The plan for a run, as stored or as it would be made now.

    Raises:
        Refused: the run does not exist for this caller, it did not fail, or the token is not accepted.
        DataApiError: the Data API failed.
    """
    execution_id = str(question.execution_id)
    try:
        context = calls.call("healing_context", {"of_execution": execution_id}, token=token)
    except DataApiError as error:
        raise refusal_of(error) or error from error
    if context is None:
        raise Refused(404, "Not found", f"there is no execution {execution_id} in your workspaces")
    return shown(context)


def shown(context: Mapping[str, Any]) -> dict[str, Any]:
    """The plan for the run that a context is about.

    Raises:
        Refused: it did not fail.
    """
    run, stored = context["run"], context["plan"]
    if stored is not None:
        return {**stored, "actions": context["actions"], "source": "stored"}
    if run["status"] != "failed":
        raise Refused(409, "Nothing to heal", f"the execution is {run['status']}; ask about a failed one")
    plan = plan_for(context)
    return {"execution_id": run["id"], **{name: plan[name] for name in _SHOWN}, "source": "computed"}
