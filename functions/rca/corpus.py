"""Learn the text classifier from `corpus.yml` and the rules' cases: ``python -m functions.rca.corpus``.

Writes `classifier.onnx`, the same bytes from the same texts. Serving needs neither this module nor scikit-learn.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from functions.rca.ngrams import FEATURES, row_of
from functions.rca.rules import all_rules
from functions.rca.subcause import all_subcauses

FILE = Path(__file__).parent / "corpus.yml"
MODEL = Path(__file__).parent / "classifier.onnx"
NONE = "none"
REGULARISATION = 100.0
IR_VERSION = 8
OPSET = 17


def class_names() -> list[str]:
    """What the classifier tells apart, in the order of its outputs."""
    return [*all_subcauses(), NONE]


def examples() -> list[tuple[str, str]]:
    """Texts with the name of their class: the corpus, and of each rule the cases on which it fires."""
    corpus = yaml.safe_load(FILE.read_text("utf-8"))
    known = [(text, name) for name, texts in corpus.items() for text in texts]
    cases = [(case.text, rule.subcause.name) for rule in all_rules() for case in rule.cases if case.fires]
    return known + cases


def learn(pairs: Sequence[tuple[str, str]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights [features, classes] and biases [classes] of a multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    names = class_names()
    rows = np.stack([row_of(text) for text, _ in pairs])
    model = LogisticRegression(C=REGULARISATION, max_iter=2_000)
    model.fit(rows, [names.index(name) for _, name in pairs])
    weights = np.zeros((FEATURES, len(names)), np.float32)
    biases = np.full(len(names), -20.0, np.float32)
    weights[:, model.classes_] = model.coef_.T
    biases[model.classes_] = model.intercept_
    return weights, biases


def model_bytes(weights: NDArray[np.float32], biases: NDArray[np.float32]) -> bytes:
    """A model from ``row``, float32 [n, 2048], to ``answer``, float32 [n, classes], each row adding up to 1."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["half"], ["weights"], to=TensorProto.FLOAT),
            helper.make_node("MatMul", ["row", "weights"], ["product"]),
            helper.make_node("Add", ["product", "biases"], ["odds"]),
            helper.make_node("Softmax", ["odds"], ["answer"], axis=1),
        ],
        "flexiroaster",
        [helper.make_tensor_value_info("row", TensorProto.FLOAT, [None, weights.shape[0]])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [None, weights.shape[1]])],
        [
            numpy_helper.from_array(weights.astype(np.float16), "half"),
            numpy_helper.from_array(biases.astype(np.float32), "biases"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def main() -> None:
    """Learn and write the model."""
    pairs = examples()
    MODEL.write_bytes(model_bytes(*learn(pairs)))
    print(f"{MODEL.name}: {len(pairs)} texts, {MODEL.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
