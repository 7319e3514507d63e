"""Where models are published: content-addressed, so that the same model twice is one object."""

from typing import TYPE_CHECKING

from shared.config import Config
from shared.errors import FlexiRoasterError
from shared.object_store import client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class ArtifactStoreError(FlexiRoasterError):
    """The object store refused a model or could not be reached."""


class ArtifactStore:
    """Publishes graphs and manifests under ``models/<sha256>``."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client: S3Client | None = None

    def publish(self, content: bytes, manifest: str, *, sha256: str) -> str:
        """Store the manifest, then the graph, and return the graph's key. What is there already is overwritten with
        the same bytes.

        Raises:
            ArtifactStoreError: the store refused or did not answer.
        """
        import botocore.exceptions

        key = f"models/{sha256}.onnx"
        try:
            self._client = self._client or client(self._config)
            self._client.put_object(Bucket=self._config.bucket, Key=f"models/{sha256}.json", Body=manifest.encode())
            self._client.put_object(Bucket=self._config.bucket, Key=key, Body=content)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            raise ArtifactStoreError(f"the model could not be published: {error}"[:300]) from error
        return key
