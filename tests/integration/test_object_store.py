import hashlib

import boto3
import pytest
from botocore.client import Config
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from local.stack import Stack


@pytest.fixture
def s3(stack: Stack) -> S3Client:
    description = stack.description
    return boto3.client(
        "s3",
        endpoint_url=description.object_store_url,
        aws_access_key_id=description.access_key_id,
        aws_secret_access_key=description.secret_access_key,
        region_name="us-east-1",
        config=Config(
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            proxies={},
        ),
    )


def test_the_bucket_is_there_and_keeps_bytes(stack: Stack, s3: S3Client):
    model = bytes(range(256)) * 100
    key = f"models/{hashlib.sha256(model).hexdigest()}.onnx"
    s3.put_object(Bucket=stack.description.bucket, Key=key, Body=model)
    assert s3.get_object(Bucket=stack.description.bucket, Key=key)["Body"].read() == model


def test_a_key_is_not_overwritten_when_the_writer_says_so(stack: Stack, s3: S3Client):
    s3.put_object(Bucket=stack.description.bucket, Key="champion", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=stack.description.bucket, Key="champion", Body=b"second", IfNoneMatch="*")


def test_a_missing_key_is_an_error(stack: Stack, s3: S3Client):
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=stack.description.bucket, Key="models/none.onnx")


def test_it_comes_back_empty_with_its_bucket(stack: Stack, s3: S3Client):
    s3.put_object(Bucket=stack.description.bucket, Key="lost", Body=b"x")
    stack.kill("object-store")
    stack.start("object-store")
    assert s3.list_objects_v2(Bucket=stack.description.bucket)["KeyCount"] == 0
