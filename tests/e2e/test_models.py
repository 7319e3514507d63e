"""A published model answers; a model that is away, corrupt or foreign steps back, and the row says why."""

import hashlib
from collections.abc import Iterator
from typing import Any

import boto3
import psycopg
import pytest

from bench.model import constant_model
from local.stack import Stack
from shared.features import FINGERPRINT

from .conftest import Roastery


class Registry:
    """Publishes models for the roastery's workspace, as `train` will."""

    def __init__(self, stack: Stack, owner: psycopg.Connection, workspace_id: str) -> None:
        description = stack.description
        self._owner, self._workspace_id, self._bucket = owner, workspace_id, description.bucket
        self._objects = boto3.client(
            "s3",
            endpoint_url=description.object_store_url,
            aws_access_key_id=description.access_key_id,
            aws_secret_access_key=description.secret_access_key,
            region_name="us-east-1",
        )

    def publish(self, kind: str, content: bytes, *, stored: bytes | None = None, fingerprint: str = FINGERPRINT) -> str:
        """Register ``content`` as production, and put it (or ``stored`` in its place) into the object store."""
        sha256 = hashlib.sha256(content).hexdigest()
        key = f"models/{sha256}.onnx"
        self._objects.put_object(Bucket=self._bucket, Key=key, Body=content if stored is None else stored)
        row = self._owner.execute(
            "insert into model_versions (workspace_id, kind, object_key, sha256, size_bytes, feature_fingerprint)"
            " values (%s, %s, %s, %s, %s, %s) returning id, model_version",
            [self._workspace_id, kind, key, sha256, len(content), fingerprint],
        ).fetchone()
        assert row is not None
        self._owner.execute(
            "insert into model_deployments (workspace_id, kind, rung, model_version_id)"
            " values (%s, %s, 'production', %s)"
            " on conflict (workspace_id, kind, rung) do update set model_version_id = excluded.model_version_id",
            [self._workspace_id, kind, row[0]],
        )
        return row[1]

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

    registry.publish("anomaly_detection", constant_model(0.0625))
    detection = roastery.decided("detections", roastery.run(pipeline))
    assert detection["model"] == "onnx"


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
