"""Time exported models: one row through the served graph beside scikit-learn's own answer, load time, size, parity.

Run ``python -m bench.onnx_models``. Prints each figure beside its target; a target missed is said, not raised.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, IsolationForest

from bench.report import show
from functions.train.boosting_export import boosting_bytes, quantile_bytes
from functions.train.duration_model import MOST_TREES
from functions.train.failure_model import fit_failure_model
from functions.train.forest_export import forest_bytes
from functions.train.parity import worst_difference
from functions.train.subject import STAGES
from shared.duration_quantiles import SHARES
from shared.model_store import OnnxModel

ROWS = 50_000
FEATURES = 49
SLOPE, INTERCEPT = 1.1, -0.2
ROW_US, LOAD_MS, DIFFERENCE = 20.0, 30.0, 1e-5


def training_rows() -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Rows [ROWS, FEATURES] and whether each failed, one in eight or so, for reasons that take trees to find."""
    random = np.random.default_rng(3)
    rows = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
    logit = rows[:, 0] * rows[:, 1] + np.abs(rows[:, 2]) + rows[:, 3:9].sum(axis=1) / 3 - 3
    return rows, random.random(ROWS) < 1 / (1 + np.exp(-logit))


def median_us(call: Callable[[int], object], calls: int) -> float:
    """Median time of one call by the wall clock, in microseconds, after a tenth as many to warm up."""
    seconds = []
    for number in range(calls + calls // 10):
        began = time.perf_counter()
        call(number)
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds[calls // 10 :])) * 1e6


def beside(figure: str, measured: float, target: float) -> str:
    """A figure with its target and whether it is met."""
    return f"{figure:>10s}   target {target:g}: {'met' if measured <= target else 'MISSED'}"


def compare(
    title: str,
    content: bytes,
    rows: NDArray[np.float32],
    own_answer: Callable[[NDArray[np.float32]], NDArray[np.float64]],
) -> None:
    """Print the figures of a graph beside those of the model that it was made from."""
    model = OnnxModel(content, features=rows.shape[1])
    lists = rows[:1000].tolist()
    load_ms = median_us(lambda _: OnnxModel(content, features=rows.shape[1]), 20) / 1e3
    row_us = median_us(lambda number: model.answers(lists[number % 1000])[-1], 5000)
    own_us = median_us(lambda number: own_answer(rows[number % 1000 : number % 1000 + 1]), 100)
    difference = worst_difference(content, rows, own_answer(rows))
    show(
        title,
        {
            "one row, served graph": beside(f"{row_us:.1f} us", row_us, ROW_US),
            "one row, scikit-learn": f"{own_us:.0f} us".rjust(10),
            "load": beside(f"{load_ms:.1f} ms", load_ms, LOAD_MS),
            "size": f"{len(content) / 1024:.0f} KB".rjust(10),
            "worst difference": beside(f"{difference:.1e}", difference, DIFFERENCE),
        },
    )


def calibrated(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability that the graphs should give for a raw score."""
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-(SLOPE * score + INTERCEPT)))
    return probability


def boosting(rows: NDArray[np.float32], failed: NDArray[np.bool_]) -> None:
    """Train gradient boosting and print its figures."""
    model = HistGradientBoostingClassifier(max_iter=200, max_leaf_nodes=31, early_stopping=False, random_state=3)
    model.fit(rows, failed)
    content = boosting_bytes([model], features=FEATURES, slope=SLOPE, intercept=INTERCEPT)
    title = "gradient boosting, 200 trees of 31 leaves"
    compare(title, content, rows, lambda some: calibrated(model.decision_function(some)))


def forest(rows: NDArray[np.float32], trees: int) -> None:
    """Train an isolation forest and print its figures."""
    model = IsolationForest(n_estimators=trees, random_state=3).fit(rows)
    content = forest_bytes(model, features=FEATURES, slope=SLOPE, intercept=INTERCEPT)
    title = f"isolation forest, {trees} trees of 256 rows"
    compare(title, content, rows, lambda some: calibrated(-model.score_samples(some)))


def durations(rows: NDArray[np.float32]) -> None:
    """Train boosting of as many quantiles and trees as a model of durations has, and print its figures."""
    spreads = rows[:, 0] + np.random.default_rng(5).normal(size=len(rows))
    models = [
        HistGradientBoostingRegressor(
            loss="quantile", quantile=share, max_iter=MOST_TREES, max_leaf_nodes=8, early_stopping=False, random_state=3
        ).fit(rows, spreads)
        for share in SHARES
    ]
    content = quantile_bytes(models, features=FEATURES)
    title = f"durations, {len(SHARES)} quantiles of {MOST_TREES} trees of 8 leaves"
    compare(title, content, rows, lambda some: np.column_stack([model.predict(some) for model in models]))


def stages(failed: NDArray[np.bool_]) -> None:
    """Train a model of stage risks as `functions.train` does, and print its figures."""
    rows = np.random.default_rng(7).random((ROWS, len(STAGES.names)), dtype=np.float32)
    model = fit_failure_model(rows, failed, pipeline=np.arange(ROWS) % 10, subject=STAGES)
    content = boosting_bytes(model.boosters, features=len(STAGES.names), slope=1.0, intercept=0.0)
    compare(f"stage risks, {len(model.boosters)} boosters", content, rows, model.probability)


def main() -> None:
    """Print the figures of every model."""
    rows, failed = training_rows()
    boosting(rows, failed)
    for trees in (100, 200):
        forest(rows, trees)
    durations(rows)
    stages(failed)


if __name__ == "__main__":
    main()
