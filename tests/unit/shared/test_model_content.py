import hashlib

import pytest

from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.model_store import OnnxModel, checked

CONTENT = b"a graph, we believe"
REFERENCE = ModelReference(
    "id", "kind:abc", "models/abc.onnx", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "fingerprint"
)


def test_content_that_is_what_was_registered_passes() -> None:
    assert checked(CONTENT, REFERENCE) is CONTENT


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"!"])
def test_another_size_is_refused(content: bytes) -> None:
    with pytest.raises(ModelFault, match="19 bytes long"):
        checked(content, REFERENCE)


def test_other_bytes_of_the_same_size_are_refused() -> None:
    with pytest.raises(ModelFault, match="sha256 differs"):
        checked(CONTENT[::-1], REFERENCE)


def test_bytes_that_are_no_graph_are_a_fault_and_not_a_crash() -> None:
    with pytest.raises(ModelFault, match="the model cannot be run"):
        OnnxModel(CONTENT, features=3)
