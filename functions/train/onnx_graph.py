"""Decision trees as one node of an ONNX graph, and graphs as bytes that the same model always gives again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

INPUT = "row"
OUTPUT = "answer"
IR_VERSION = 8
OPSETS = (("", 17), ("ai.onnx.ml", 3))


@dataclass(frozen=True)
class Tree:
    """A binary tree of ``n`` nodes, the root first: a row goes left where its ``feature`` is at most ``threshold``.

    ``left`` and ``right`` are places in these arrays. At a leaf only ``is_leaf`` and ``weight`` count: the weight is
    added to the output ``target``.
    """

    feature: NDArray[np.integer]
    threshold: NDArray[np.float64]
    left: NDArray[np.integer]
    right: NDArray[np.integer]
    missing_goes_left: NDArray[np.bool_]
    is_leaf: NDArray[np.bool_]
    weight: NDArray[np.float64]
    target: int = 0


def rounded_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 that is at most each threshold, so that no float32 changes sides.

    >>> rounded_down(np.array([0.1, 0.3, 0.5])) <= np.array([0.1, 0.3, 0.5])
    array([ True,  True,  True])
    """
    # A threshold beyond float32 becomes infinite, and then steps back to the largest number there is.
    with np.errstate(over="ignore"):
        nearest = thresholds.astype(np.float32)
        below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > thresholds, below, nearest)


def ensemble_node(trees: Sequence[Tree], base: Sequence[float], output: str) -> NodeProto:
    """A TreeEnsembleRegressor: per target, the sum of the leaves that a row reaches, on top of ``base``.

    Its output is float32 of shape [n, targets]. There is no post transform: onnxruntime ignores LOGISTIC where there
    is one target.
    """
    sizes = [len(tree.is_leaf) for tree in trees]
    leaves = [int(tree.is_leaf.sum()) for tree in trees]
    is_leaf = np.concatenate([tree.is_leaf for tree in trees])
    place = np.concatenate([np.arange(size) for size in sizes])

    def inner(name: str) -> NDArray[np.float64]:
        """One array of all trees, 0 at the leaves."""
        return np.where(is_leaf, 0, np.concatenate([getattr(tree, name) for tree in trees]))

    return helper.make_node(
        "TreeEnsembleRegressor",
        [INPUT],
        [output],
        domain="ai.onnx.ml",
        n_targets=len(base),
        base_values=[float(value) for value in base],
        aggregate_function="SUM",
        post_transform="NONE",
        nodes_treeids=np.repeat(np.arange(len(trees)), sizes).tolist(),
        nodes_nodeids=place.tolist(),
        nodes_modes=np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_featureids=inner("feature").astype(int).tolist(),
        nodes_values=rounded_down(inner("threshold").astype(np.float64)).tolist(),
        nodes_truenodeids=inner("left").astype(int).tolist(),
        nodes_falsenodeids=inner("right").astype(int).tolist(),
        nodes_missing_value_tracks_true=inner("missing_goes_left").astype(int).tolist(),
        target_treeids=np.repeat(np.arange(len(trees)), leaves).tolist(),
        target_nodeids=place[is_leaf].tolist(),
        target_ids=np.repeat([tree.target for tree in trees], leaves).tolist(),
        target_weights=np.concatenate([tree.weight[tree.is_leaf] for tree in trees]).astype(float).tolist(),
    )


def graph_bytes(
    nodes: Iterable[NodeProto], *, features: int, outputs: int, constants: dict[str, float] | None = None
) -> bytes:
    """A model from ``row``, float32 [n, features], to ``answer``, float32 [n, outputs].

    ``constants`` are the single numbers that the nodes name. Nothing in the bytes tells when or where they were made.
    """
    graph = helper.make_graph(
        list(nodes),
        "flexiroaster",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [None, outputs])],
        [helper.make_tensor(name, TensorProto.FLOAT, [1], [value]) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*opset) for opset in OPSETS])
    model.ir_version = IR_VERSION
    content: bytes = model.SerializeToString(deterministic=True)
    return content
