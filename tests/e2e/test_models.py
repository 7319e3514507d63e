"""A published model answers; a model that is away, corrupt or foreign steps back, and the row says why."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bench.model import constant_model, publish_model
from local.stack import Stack
from shared.features import FINGERPRINT
from shared.run_features import END_OF_RUN

from .conftest import Roastery


class Registry:
    """Publishes models for the roastery's workspace, as `train` will."""

    def __init__(self, stack: Stack, owner: psycopg.Connection, workspace_id: str) -> None:
        self._stack, self._owner, self._workspace_id = stack, owner, workspace_id

    def publish(
        self,
        kind: str,
        content: bytes,
        *,
        stored: bytes | None = None,
        fingerprint: str = FINGERPRINT,
        rung: str = "production",
    ) -> str:
        """Deploy ``content``, with ``stored`` in its place in the object store."""
        return publish_model(
            self._stack.description,
            self._workspace_id,
            kind=kind,
            content=content,
            stored=stored,
            fingerprint=fingerprint,
            rung=rung,
        )

    def withdraw_all(self) -> None:
        """Leave no model behind."""
        self._owner.execute("delete from model_versions where workspace_id = %s", [self._workspace_id])


@pytest.fixture
def pipeline(roastery: Roastery) -> dict[str, Any]:
    return roastery.pipeline()


@pytest.fixture
def registry(stack: Stack, owner: psycopg.Connection, pipeline: dict[str, Any]) -> Iterator[Registry]:
    registry = Registry(stack, owner, pipeline["workspace_id"])
    yield registry
    registry.withdraw_all()


def test_the_production_model_answers_and_signs_its_rows(
    roastery: Roastery, pipeline: dict[str, Any], registry: Registry
) -> None:
    version = registry.publish("failure_prediction", constant_model(0.625))
    prediction = roastery.decided("predictions", roastery.start(pipeline))
    assert prediction["failure_probability"] == 0.625
    assert prediction["model"] == "onnx"
    assert prediction["model_version"] == version
    assert prediction["model_fault"] is None

    strange = constant_model(0.0625, fed=END_OF_RUN)
    registry.publish("anomaly_detection", strange, fingerprint=END_OF_RUN.fingerprint)
    detection = roastery.decided("detections", roastery.run(pipeline))
    assert detection["model"] == "onnx"


def test_what_a_shadow_says_is_kept_beside_what_was_served(
    roastery: Roastery, pipeline: dict[str, Any], registry: Registry
) -> None:
    version = registry.publish("failure_prediction", constant_model(0.375), rung="shadow")
    prediction = roastery.decided("predictions", roastery.start(pipeline))
    assert prediction["model"] == "heuristic"
    (shadow,) = prediction["alternatives"]
    assert (shadow["rung"], shadow["model_version"], shadow["failure_probability"]) == ("shadow", version, 0.375)

    registry.publish("failure_prediction", constant_model(0.625))
    prediction = roastery.decided("predictions", roastery.start(pipeline))
    assert prediction["failure_probability"] == 0.625
    assert [said["rung"] for said in prediction["alternatives"]] == ["shadow", "none"]


@pytest.mark.parametrize(
    ("answer", "stored", "fingerprint", "fault"),
    [
        pytest.param(0.11, lambda content: content[:-7], FINGERPRINT, "bytes long", id="truncated"),
        pytest.param(0.12, lambda content: content + b"!", FINGERPRINT, "bytes long", id="grown"),
        pytest.param(0.13, lambda content: content[::-1], FINGERPRINT, "sha256 differs", id="corrupt"),
        pytest.param(0.14, lambda content: content, "f" * 64, "trained on other features", id="foreign"),
        pytest.param(float("nan"), lambda content: content, FINGERPRINT, "not finite", id="answers NaN"),
    ],
)
def test_a_model_that_is_wrong_steps_back_for_the_heuristic(
    roastery: Roastery, pipeline: dict[str, Any], registry: Registry, answer, stored, fingerprint, fault
) -> None:
    content = constant_model(answer)
    registry.publish("failure_prediction", content, stored=stored(content), fingerprint=fingerprint)
    prediction = roastery.decided("predictions", roastery.start(pipeline))
    assert prediction["model"] == "heuristic"
    assert fault in prediction["model_fault"]


def test_with_the_object_store_down_the_heuristic_answers(
    stack: Stack, roastery: Roastery, pipeline: dict[str, Any], registry: Registry
) -> None:
    registry.publish("failure_prediction", constant_model(0.875))
    stack.stop("object-store")
    try:
        prediction = roastery.decided("predictions", roastery.start(pipeline), within_seconds=40)
    finally:
        stack.start("object-store")
    assert prediction["model"] == "heuristic"
    assert "could not be fetched" in prediction["model_fault"]
