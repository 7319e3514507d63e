import math

import pytest

from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.model_input import START_OF_RUN
from shared.served_model import ServedModel

REFERENCE = ModelReference("model-id", "failure_prediction:abc", "models/abc.onnx", "a" * 64, 10, "fingerprint")


class Store:
    """Loads a scorer that answers with one number, or raises it."""

    def __init__(self, answer: float | Exception) -> None:
        self.answer = answer

    def load(self, reference, *, feature_fingerprint, features):
        if isinstance(self.answer, ModelFault):
            raise self.answer
        return self

    def answers(self, row):
        if isinstance(self.answer, Exception):
            raise self.answer
        return [self.answer]


def test_a_model_that_answers_signs_the_row() -> None:
    model = ServedModel(REFERENCE, Store(0.25), START_OF_RUN)
    answered = model.probability([1.0])
    assert answered == 0.25
    assert model.columns(answered, otherwise="heuristic", version="heuristic:1") == {
        "model": "onnx",
        "model_version": "failure_prediction:abc",
        "model_version_id": "model-id",
        "model_fault": None,
    }


@pytest.mark.parametrize("answer", [-0.1, 1.1])
def test_an_answer_outside_of_probabilities_is_brought_inside(answer: float) -> None:
    assert ServedModel(REFERENCE, Store(answer), START_OF_RUN).probability([1.0]) in (0.0, 1.0)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (ModelFault("the model's sha256 differs"), "the model's sha256 differs"),
        (RuntimeError("bad input"), "the model failed on a row: RuntimeError"),
        (math.nan, "the model answered with a number that is not finite"),
        (math.inf, "the model answered with a number that is not finite"),
    ],
)
def test_a_faulty_model_steps_back_and_the_row_says_why(answer: float | Exception, fault: str) -> None:
    model = ServedModel(REFERENCE, Store(answer), START_OF_RUN)
    assert model.probability([1.0]) is None
    assert model.columns(None, otherwise="heuristic", version="heuristic:1") == {
        "model": "heuristic",
        "model_version": "heuristic:1",
        "model_fault": fault,
    }


def test_without_a_model_nothing_is_at_fault() -> None:
    assert (
        ServedModel(None, Store(0.5), START_OF_RUN).columns(None, otherwise="heuristic", version="h")["model_fault"]
        is None
    )


def test_a_model_with_another_number_of_answers_steps_back() -> None:
    model = ServedModel(REFERENCE, Store(0.5), START_OF_RUN)
    assert model.answers([1.0], numbers=1) == [0.5]
    assert model.answers([1.0], numbers=7) is None
    assert model.fault == "the model answered with 1 numbers, not with 7"
    assert model.answers([1.0]) is None
