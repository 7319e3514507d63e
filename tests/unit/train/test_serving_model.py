"""A candidate beside the model in production, on the same later runs."""

from typing import Any

import numpy as np
import pytest

from functions.train.evaluation import evaluate
from functions.train.serving_model import ServingModel, serving_model
from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.model_input import START_OF_RUN
from tests.unit.train.test_training import RATE, SUNDAY, history

ROWS = 3000
LATER = SUNDAY + 600.0 * (ROWS * 3 // 4)


def knowing(row: list[float]) -> list[float]:
    """It answers the true chance."""
    return [row[RATE] ** 2]


def sure(row: list[float]) -> list[float]:
    """It is sure of a failure, and beyond."""
    return [1.7]


def test_a_candidate_that_is_worse_than_production_is_not_tried_though_it_beats_the_baselines() -> None:
    data = history(ROWS)
    failed = dict(zip(map(bytes, data.features), data.failed, strict=True))
    oracle = ServingModel("tides:1", answers=lambda row: [float(failed[np.float32(row).tobytes()])])
    found = evaluate(data, production=oracle)
    assert not found.passed
    assert found.metrics["methods"]["production"]["brier"]["value"] == 0.0
    assert "Not worse: it may be tried. On the 750 of them" in found.summary
    assert found.summary.endswith("worse by more than the margin: it is not deployed.")


@pytest.mark.parametrize("answers", [lambda _: [1 / 3], sure])
def test_a_candidate_that_is_better_than_production_is_tried(answers: Any) -> None:
    found = evaluate(history(ROWS), production=ServingModel("tides:1", answers=answers))
    assert found.passed
    assert found.metrics["production"]["rows"] == 750
    assert 0.0 <= found.metrics["methods"]["production"]["brier"]["value"] <= 1.0


def test_what_production_learned_from_is_no_test_of_it() -> None:
    data = history(ROWS)
    half = evaluate(data, production=ServingModel("tides:1", trained_until=LATER + 600.0 * 374, answers=sure))
    assert half.metrics["production"]["rows"] == 375
    all_known = evaluate(data, production=ServingModel("tides:1", trained_until=LATER * 2, answers=sure))
    assert "production" not in all_known.metrics["methods"]
    assert "which has learned from all but 0 of these runs" in all_known.summary


def test_without_production_nothing_is_said_about_it() -> None:
    found = evaluate(history(ROWS))
    assert found.metrics["production"] == {}
    assert "production" not in found.summary


class Models:
    """An object store with a model, or without."""

    def __init__(self, fault: str = "") -> None:
        self._fault = fault

    def load(self, reference: ModelReference, **_: Any) -> Any:
        if self._fault:
            raise ModelFault(self._fault)
        return type("Model", (), {"answers": staticmethod(knowing)})


def state(**other: Any) -> dict[str, Any]:
    model = {
        "id": "v1",
        "model_version": "tides:1",
        "object_key": "models/v1.onnx",
        "sha256": "ab" * 32,
        "size_bytes": 7,
        "feature_fingerprint": "f",
        "threshold": None,
    }
    deployment = {
        "kind": "duration",
        "rung": "production",
        "model": model,
        "trained_until": "2026-11-24T06:00:00+00:00",
    }
    return {"deployments": [deployment | other]}


def test_the_production_model_is_loaded_with_the_moment_it_learned_until() -> None:
    found = serving_model(state(), "duration", Models(), START_OF_RUN)
    assert found is not None
    assert (found.model_version, found.trained_until, found.answers) == ("tides:1", 1795500000.0, knowing)
    assert serving_model(state(), "failure_prediction", Models(), START_OF_RUN) is None
    assert serving_model(state(rung="shadow"), "duration", Models(), START_OF_RUN) is None


def test_a_registry_row_that_points_nowhere_is_a_sentence_in_the_evaluation() -> None:
    lost = serving_model(state(), "duration", Models("the model could not be fetched: NoSuchKey"), START_OF_RUN)
    found = evaluate(history(ROWS), production=lost)
    assert found.passed
    assert found.metrics["production"] == {
        "model_version": "tides:1",
        "fault": "the model could not be fetched: NoSuchKey",
    }
    assert found.summary.endswith("It was not compared with production: the model could not be fetched: NoSuchKey.")
