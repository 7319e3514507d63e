"""The S3-compatible store that models are published to and fetched from."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def client(config: Config) -> "S3Client":
    """A client with bounded patience. boto3 is imported late: a function whose models are here does without it."""
    import boto3
    from botocore.config import Config as ClientConfig

    make_client: Callable[..., S3Client] = boto3.client
    return make_client(
        "s3",
        endpoint_url=config.object_store_url or None,
        aws_access_key_id=config.access_key_id or None,
        aws_secret_access_key=config.secret_access_key or None,
        region_name=config.region,
        config=ClientConfig(
            connect_timeout=2,
            read_timeout=5,
            retries={"total_max_attempts": 2},
            # Other stores than AWS refuse the checksums that boto3 adds by default.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
