"""Published models: fetched by content address, checked, then kept for the life of the instance."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.claim import ModelReference
from shared.config import Config
from shared.errors import ModelFault
from shared.object_store import client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEPT_MODELS = 16
REST_SECONDS = 30.0


class OnnxModel:
    """An ONNX graph with one float32 input of shape [n, features]; its last output holds the answers of each row."""

    def __init__(self, content: bytes, *, features: int) -> None:
        import numpy
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            self._input = self._session.get_inputs()[0].name
            self._output = self._session.get_outputs()[-1].name
            self._array = numpy.asarray
            self.answers([0.0] * features)
        # onnxruntime raises classes of its own that share no base but Exception.
        except Exception as error:
            raise ModelFault(f"the model cannot be run: {type(error).__name__}: {error}"[:300]) from error

    def answers(self, row: Sequence[float]) -> list[float]:
        """The graph's answers for one row of features."""
        answer = self._session.run([self._output], {self._input: self._array([row], dtype="float32")})[0]
        numbers: list[float] = answer.reshape(-1).tolist()
        return numbers


class ModelStore:
    """Sessions by content address. A model that failed is left alone for a while, and the heuristic answers."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: S3Client | None = None
        self._models: OrderedDict[str, OnnxModel] = OrderedDict()
        self._faults: dict[str, tuple[float, str]] = {}

    def load(self, reference: ModelReference, *, feature_fingerprint: str, features: int) -> OnnxModel:
        """The model of a registry row, ready to score rows of ``features`` numbers.

        Raises:
            ModelFault: it was made for other features, cannot be fetched, is not what the registry says, or does not
                run. The message says which, in words for the row that a heuristic then writes.
        """
        if reference.feature_fingerprint != feature_fingerprint:
            raise ModelFault(
                f"the model was trained on other features ({reference.feature_fingerprint[:12]}; "
                f"this code has {feature_fingerprint[:12]})"
            )
        with self._lock:
            model = self._models.get(reference.sha256)
            rests_until, fault = self._faults.get(reference.sha256, (0.0, ""))
        if model is not None:
            return model
        if time.monotonic() < rests_until:
            raise ModelFault(fault)
        # Outside the lock: a slow object store holds up nobody whose model is here.
        try:
            model = OnnxModel(checked(self._fetch(reference), reference), features=features)
        except ModelFault as error:
            with self._lock:
                self._faults[reference.sha256] = (time.monotonic() + REST_SECONDS, str(error))
            raise
        with self._lock:
            self._models[reference.sha256] = model
            while len(self._models) > KEPT_MODELS:
                self._models.popitem(last=False)
        return model

    def _fetch(self, reference: ModelReference) -> bytes:
        import botocore.exceptions

        try:
            self._client = self._client or client(self._config)
            body = self._client.get_object(Bucket=self._config.bucket, Key=reference.object_key)["Body"]
            # One byte more than registered tells an object that grew, without reading all of it.
            return body.read(reference.size_bytes + 1)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            raise ModelFault(f"the model could not be fetched: {error}"[:300]) from error


def checked(content: bytes, reference: ModelReference) -> bytes:
    """The content, if it is what was registered.

    Raises:
        ModelFault: its size or its sha256 differs.
    """
    if len(content) != reference.size_bytes:
        raise ModelFault(f"the model is not {reference.size_bytes} bytes long, as it was registered")
    if hashlib.sha256(content).hexdigest() != reference.sha256:
        raise ModelFault("the model's sha256 differs from the registered one")
    return content
