from datetime import UTC, datetime

import pytest

from functions.detect.question import EndedRun
from shared.errors import DataApiError, Refused
from shared.question import Question, answer
from shared.requests import parse

from .claims import WORKSPACE, row
from .test_batch import Clerk

RUN = "22222222-2222-4222-8222-222222222222"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
CONTEXT = {
    "workspace_id": WORKSPACE,
    "pipeline_id": "roast",
    "pipeline": {"owner_id": "ada", "stages": []},
    "state": None,
    "histories": [],
    "models": {},
    "execution": None,
    "stored": None,
}


class DataApi:
    """Answers with one context, or raises."""

    def __init__(self, context: object) -> None:
        self.context = context

    def call(self, function, arguments, *, token):
        if isinstance(self.context, Exception):
            raise self.context
        return self.context


def ask(question: Question, context: object):
    return answer(
        question,
        phase="ended",
        judge=Clerk(),
        calls=DataApi(context),
        models=None,
        token="adas-token",
        now=lambda: NOW,
    )


def test_a_decision_that_was_made_is_told_as_it_was_made() -> None:
    stored = {"score": 0.9, "model_version": "statistics:1"}
    told = ask(Question(execution_id=RUN), CONTEXT | {"execution": row(RUN, "roast"), "stored": stored})
    assert told == stored | {"source": "stored"}


def test_a_recorded_run_without_a_decision_is_judged_now() -> None:
    told = ask(Question(execution_id=RUN), CONTEXT | {"execution": row(RUN, "roast")})
    assert told == {
        "execution_id": RUN,
        "pipeline_id": "roast",
        "phase": "ended",
        "known": 0,
        "in_workspace": 0.0,
        "source": "computed",
    }


def test_a_run_that_might_be_is_judged_by_its_description() -> None:
    told = ask(EndedRun(pipeline_id=RUN, duration_seconds=60, metrics={"cpu_percent": 99.5}), CONTEXT)
    assert told["execution_id"] is None
    assert told["known"] == 0


def test_what_the_caller_may_not_see_does_not_exist() -> None:
    with pytest.raises(Refused, match=f"there is no execution {RUN} in your workspaces") as refusal:
        ask(Question(execution_id=RUN), None)
    assert refusal.value.status == 404


@pytest.mark.parametrize(("code", "status"), [("42501", 403), ("PGRST301", 401), ("PGRST303", 401)])
def test_a_token_that_is_not_accepted_is_refused(code: str, status: int) -> None:
    with pytest.raises(Refused) as refusal:
        ask(Question(execution_id=RUN), DataApiError("no", code))
    assert refusal.value.status == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "execution_id"),
        (b'{"execution_id": "1", "pipeline_id": null}', "execution_id"),
        (b'{"pipeline_id": "%s", "execution_id": "%s"}' % (RUN.encode(), RUN.encode()), "either"),
        (b'{"pipeline_id": "%s", "metrics": {"cpu_percent": NaN}}' % RUN.encode(), "cpu_percent"),
        (b'{"pipeline_id": "%s", "duration_seconds": -1}' % RUN.encode(), "duration_seconds"),
        (b'{"pipeline_id": "%s", "duration_seconds": "Infinity"}' % RUN.encode(), "duration_seconds"),
        (b'{"pipeline_id": "%s", "started_at": "2026-11-24T06:00:00"}' % RUN.encode(), "started_at"),
        (b'{"pipeline_id": "%s", "colour": "brown"}' % RUN.encode(), "colour"),
        (b'{"pipeline_id": "%s", "metrics": {"": 1}}' % RUN.encode(), "metrics"),
        (b"[]", "body"),
        (b"\xff\xfe", "body"),
        (b"", "body"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_the_name_of_its_field(body: bytes, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(EndedRun, body)
    assert refusal.value.status in (400, 422)
    assert field in refusal.value.detail
    assert refusal.value.errors
