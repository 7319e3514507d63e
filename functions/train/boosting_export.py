"""Gradient boosting as ONNX: calibrated probabilities of failure, and quantiles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import helper
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from functions.train.onnx_graph import OUTPUT, Tree, ensemble_node, graph_bytes


def boosting_bytes(
    boosters: Sequence[HistGradientBoostingClassifier], *, features: int, slope: float, intercept: float
) -> bytes:
    """A graph that answers the probability of ``classes_[1]``, float32 [n, 1], for rows [n, features].

    The probability is ``1 / (1 + exp(-(slope * raw + intercept)))``, where ``raw`` is the mean of the boosters'
    ``decision_function``. Rows must have been float32 when the boosters were fitted.

    Raises:
        ValueError: no booster, more than two classes, a categorical feature, or other than ``features`` columns.
    """
    _check(boosters, features)
    share = slope / len(boosters)
    trees = [tree for booster in boosters for tree in _trees(booster, share=share)]
    base = intercept + share * sum(_baseline(booster) for booster in boosters)
    nodes = [ensemble_node(trees, [base], "score"), helper.make_node("Sigmoid", ["score"], [OUTPUT])]
    return graph_bytes(nodes, features=features, outputs=1)


def quantile_bytes(
    models: Sequence[HistGradientBoostingRegressor], *, features: int, shifts: Sequence[float] = ()
) -> bytes:
    """A graph that answers what each of ``q`` models predicts, float32 [n, q] in their order, for rows [n, features].

    With ``shifts``, one of them is added to each answer.

    Raises:
        ValueError: no model, one of another loss than ``quantile``, a categorical feature, other columns, or fewer or
            more shifts than models.
    """
    _check(models, features)
    for model in models:
        if model.loss != "quantile":
            raise ValueError(f"the loss is {model.loss!r}; only models of the loss 'quantile' are exported")
    trees = [tree for target, model in enumerate(models) for tree in _trees(model, target=target)]
    moved = zip(models, shifts or [0.0] * len(models), strict=True)
    node = ensemble_node(trees, [_baseline(model) + shift for model, shift in moved], OUTPUT)
    return graph_bytes([node], features=features, outputs=len(models))


def _check(models: Sequence[HistGradientBoostingClassifier | HistGradientBoostingRegressor], features: int) -> None:
    if not models:
        raise ValueError("there is no model to export")
    for model in models:
        if model.n_features_in_ != features:
            raise ValueError(f"the model was trained on {model.n_features_in_} features, not on {features}")
        if model.n_trees_per_iteration_ != 1:
            raise ValueError(f"the model tells {model.n_trees_per_iteration_} classes apart; only two are exported")
        if model.is_categorical_ is not None and model.is_categorical_.any():
            raise ValueError("the model has categorical features; only numbers are exported")


def _baseline(model: HistGradientBoostingClassifier | HistGradientBoostingRegressor) -> float:
    return float(np.ravel(model._baseline_prediction)[0])


def _trees(
    model: HistGradientBoostingClassifier | HistGradientBoostingRegressor, *, share: float = 1.0, target: int = 0
) -> list[Tree]:
    nodes: list[NDArray[np.void]] = [predictor.nodes for (predictor,) in model._predictors]
    return [
        Tree(
            feature=tree["feature_idx"],
            threshold=tree["num_threshold"],
            left=tree["left"],
            right=tree["right"],
            missing_goes_left=tree["missing_go_to_left"].astype(bool),
            is_leaf=tree["is_leaf"].astype(bool),
            weight=tree["value"] * share,
            target=target,
        )
        for tree in nodes
    ]
