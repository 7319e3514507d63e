"""An isolation forest as ONNX: the calibrated probability that a row is an anomaly."""

import math

import numpy as np
from numpy.typing import NDArray
from onnx import helper
from sklearn.ensemble import IsolationForest
from sklearn.tree import ExtraTreeRegressor

from functions.train.onnx_graph import OUTPUT, Tree, ensemble_node, graph_bytes


def average_path_length(rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Mean depth at which a search among so many rows ends unsuccessfully: 0 for one row, 1 for two.

    ``c(n) = 2 H(n - 1) - 2 (n - 1) / n`` with ``H(i) = ln(i) + 0.5772``: equation 1 of Liu, Ting and Zhou, Isolation
    Forest, ICDM 2008.

    >>> average_path_length(np.array([1, 2, 256])).round(3)
    array([ 0.   ,  1.   , 10.245])
    """
    others = np.maximum(rows, 3) - 1.0
    usual = 2.0 * (np.log(others) + np.euler_gamma) - 2.0 * others / (others + 1.0)
    return np.where(rows <= 1, 0.0, np.where(rows == 2, 1.0, usual))


def forest_bytes(forest: IsolationForest, *, features: int, slope: float, intercept: float) -> bytes:
    """A graph that answers ``1 / (1 + exp(-(slope * s + intercept)))``, float32 [n, 1], for rows [n, features].

    ``s = 2 ** (-E / c(max_samples))`` is the anomaly score, from 0 to 1 (``-score_samples`` in scikit-learn), and
    ``E`` the mean over the trees of the depth at which a row ends.

    Raises:
        ValueError: the trees look at parts of the features, at other than ``features`` columns, or learned from
            one row each.
    """
    if forest.n_features_in_ != features:
        raise ValueError(f"the forest was trained on {forest.n_features_in_} features, not on {features}")
    if forest.max_features != 1.0:
        raise ValueError(f"max_features is {forest.max_features}; only forests of max_features=1.0 are exported")
    if forest.max_samples_ < 2:
        raise ValueError("the trees learned from one row each, so their depths say nothing; raise max_samples")
    usual_depth = float(average_path_length(np.array(forest.max_samples_)))
    trees = [_tree(estimator, len(forest.estimators_)) for estimator in forest.estimators_]
    nodes = [
        ensemble_node(trees, [0.0], "depth"),
        helper.make_node("Mul", ["depth", "decay"], ["exponent"]),
        helper.make_node("Exp", ["exponent"], ["score"]),
        helper.make_node("Mul", ["score", "slope"], ["scaled"]),
        helper.make_node("Add", ["scaled", "intercept"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], [OUTPUT]),
    ]
    constants = {"decay": -math.log(2.0) / usual_depth, "slope": slope, "intercept": intercept}
    return graph_bytes(nodes, features=features, outputs=1, constants=constants)


def _tree(estimator: ExtraTreeRegressor, trees: int) -> Tree:
    tree = estimator.tree_
    # scikit-learn counts nodes on the way, the root included; a depth counts the steps between them.
    depths = tree.compute_node_depths() - 1
    return Tree(
        feature=tree.feature,
        threshold=tree.threshold,
        left=tree.children_left,
        right=tree.children_right,
        missing_goes_left=tree.missing_go_to_left.astype(bool),
        is_leaf=tree.children_left == -1,
        weight=(depths + average_path_length(tree.n_node_samples)) / trees,
    )
