import pytest

from functions.rca.handler import Explainer
from shared.errors import DataApiError
from tests.unit.shared.claims import claim, ended

from .test_explanation import CONTEXT, lines

FAILED = {"status": "failed"}


class Calls:
    """Answers with a context, or with what it was told to answer or raise about a run."""

    def __init__(self, answers: dict) -> None:
        self.answers = answers

    def call(self, function, arguments):
        answer = self.answers.get(arguments["of_execution"], {**CONTEXT, "log": lines("Connection refused")})
        if isinstance(answer, Exception):
            raise answer
        return answer


def decided(answers: dict, *happenings):
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
        decided({"run-1": DataApiError("away")}, ended("roast", **FAILED))
