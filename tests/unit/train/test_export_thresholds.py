import numpy as np
import pytest

from functions.train.onnx_graph import OUTPUT, Tree, ensemble_node, graph_bytes, rounded_down
from shared.model_store import OnnxModel

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)
AWKWARD = [0.0, 0.1, 0.3, -0.1, 1e-50, -1e-50, 1e300, -1e300, np.inf, -np.inf, LARGEST, -LARGEST, SMALLEST, -SMALLEST]


def thresholds() -> np.ndarray:
    random = np.random.default_rng(7)
    floats = random.normal(size=500).astype(np.float32)
    between = (floats.astype(np.float64) + np.nextafter(floats, np.float32(np.inf))) / 2
    return np.concatenate([AWKWARD, random.normal(size=500), floats, between])


def test_no_float32_changes_sides_when_a_threshold_is_rounded() -> None:
    exact = thresholds()
    rounded = rounded_down(exact)
    with np.errstate(over="ignore"):
        nearest = exact.astype(np.float32)
        below, above = (np.nextafter(nearest, np.float32(direction)) for direction in (-np.inf, np.inf))
    for values in (below, nearest, above):
        assert ((values <= rounded) == (values.astype(np.float64) <= exact)).all()


def test_rounding_to_the_nearest_would_have_changed_sides() -> None:
    assert float(np.float32(0.1)) > 0.1
    assert rounded_down(np.array([0.1]))[0] == np.nextafter(np.float32(0.1), np.float32(0))


@pytest.mark.parametrize(
    ("value", "answer"),
    [(np.nextafter(np.float32(0.1), np.float32(0)), 1.5), (np.float32(0.1), 2.5), (np.nan, 1.5), (-np.inf, 1.5)],
)
def test_the_graph_splits_where_the_tree_does(value: float, answer: float) -> None:
    stump = Tree(
        feature=np.array([0, -2, -2]),
        threshold=np.array([0.1, -2.0, -2.0]),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        missing_goes_left=np.array([True, False, False]),
        is_leaf=np.array([False, True, True]),
        weight=np.array([0.0, 1.0, 2.0]),
    )
    model = OnnxModel(graph_bytes([ensemble_node([stump], [0.5], OUTPUT)], features=1, outputs=1), features=1)
    assert model.answers([float(value)])[-1] == answer
