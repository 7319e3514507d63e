import pytest

from functions.rca.handler import Explainer
from shared.errors import DataApiError
from tests.unit.shared.claims import claim, ended

from .test_explanation import CONTEXT, lines

FAILED = {"status": "failed"}


class Calls:
    """Answers with the contexts of runs, or what it was told to answer about one; raises what it was told to raise."""

    def __init__(self, answers: dict | Exception) -> None:
        self.answers = answers

    def call(self, function, arguments):
        if isinstance(self.answers, Exception):
            raise self.answers
        usual = {**CONTEXT, "log": lines("Connection refused")}
        answered = {run: self.answers.get(run, usual) for run in arguments["of_executions"]}
        return {run: answer for run, answer in answered.items() if answer is not None}


def decided(answers: dict | Exception, *happenings):
    return Explainer(Calls(answers)).decide(None, claim(*happenings))


def test_each_run_gets_its_causes_by_rank() -> None:
    payload = decided({}, ended("roast", **FAILED), ended("brew", **FAILED))
    assert payload["done"] == [1, 2]
    first = [row for row in payload["root_causes"] if row["rank"] == 1]
    assert [(row["execution_id"], row["subcause"]) for row in first] == [
        ("run-1", "connection_refused"),
        ("run-2", "connection_refused"),
    ]


def test_a_run_that_cannot_be_explained_stops_its_own_pipeline() -> None:
    payload = decided(
        {"run-1": {"log": None}}, ended("roast", **FAILED), ended("roast", **FAILED), ended("brew", **FAILED)
    )
    assert payload["done"] == [3]
    (failure,) = payload["failed"]
    assert failure["event_id"] == 1


def test_a_run_that_was_deleted_meanwhile_is_done_with() -> None:
    payload = decided({"run-1": None}, ended("roast", **FAILED))
    assert (payload["done"], payload["root_causes"]) == ([1], [])


def test_a_data_api_that_is_away_leaves_the_whole_batch_to_its_lease() -> None:
    with pytest.raises(DataApiError):
        decided(DataApiError("away"), ended("roast", **FAILED))
