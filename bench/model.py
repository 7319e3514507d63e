"""Published models for benchmarks and tests, until `train` makes real ones."""

import hashlib

import boto3
import psycopg
from onnx import TensorProto, helper

from local.description import StackDescription
from local.object_store import REGION
from shared.features import FINGERPRINT
from shared.model_input import START_OF_RUN, ModelInput


def constant_model(answer: float, *, fed: ModelInput = START_OF_RUN) -> bytes:
    """An ONNX graph that answers ``answer`` to every row of features."""
    columns = fed.features
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["row", "zeros"], ["nothing"]),
            helper.make_node("Add", ["nothing", "bias"], ["score"]),
        ],
        "constant",
        [helper.make_tensor_value_info("row", TensorProto.FLOAT, [None, columns])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])],
        [
            helper.make_tensor("zeros", TensorProto.FLOAT, [columns, 1], [0.0] * columns),
            helper.make_tensor("bias", TensorProto.FLOAT, [1], [answer]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    content: bytes = model.SerializeToString()
    return content


def publish_model(
    description: StackDescription,
    workspace_id: str,
    *,
    kind: str,
    content: bytes,
    stored: bytes | None = None,
    fingerprint: str = FINGERPRINT,
    rung: str = "production",
) -> str:
    """Register ``content`` as the workspace's model of a kind, deploy it on a rung, and return its version.

    The object store gets the content, or ``stored`` in its place: what a corrupted or truncated object would be.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"models/{sha256}.onnx"
    boto3.client(
        "s3",
        endpoint_url=description.object_store_url,
        aws_access_key_id=description.access_key_id,
        aws_secret_access_key=description.secret_access_key,
        region_name=REGION,
    ).put_object(Bucket=description.bucket, Key=key, Body=content if stored is None else stored)
    with psycopg.connect(description.database_url) as owner:
        row = owner.execute(
            """
            insert into model_versions (workspace_id, kind, object_key, sha256, size_bytes, feature_fingerprint)
            values (%s, %s, %s, %s, %s, %s)
            returning id, model_version
            """,
            [workspace_id, kind, key, sha256, len(content), fingerprint],
        ).fetchone()
        if row is None:
            raise RuntimeError("the model version was not stored")
        owner.execute(
            """
            insert into model_deployments (workspace_id, kind, rung, model_version_id)
            values (%s, %s, %s, %s)
            on conflict (workspace_id, kind, rung) do update set model_version_id = excluded.model_version_id
            """,
            [workspace_id, kind, rung, row[0]],
        )
    return str(row[1])
