import numpy as np
import onnx
import pytest
from sklearn.ensemble import IsolationForest

from functions.train.forest_export import average_path_length, forest_bytes
from functions.train.parity import worst_difference
from shared.model_store import OnnxModel

FEATURES = 4
CALIBRATION = {"slope": 12.0, "intercept": -7.0}
TOLERANCE = 2e-6
ROWS = np.random.default_rng(5).normal(size=(2000, FEATURES)).astype(np.float32)


def forest(seed: int = 1, **settings: object) -> IsolationForest:
    return IsolationForest(n_estimators=50, random_state=seed, **settings).fit(ROWS)


def probability(model: IsolationForest, rows: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(12.0 * model.score_samples(rows) + 7.0))


@pytest.fixture(scope="module")
def usual() -> IsolationForest:
    return forest()


@pytest.mark.parametrize("settings", [{}, {"max_samples": 2}, {"max_samples": 700}, {"bootstrap": True}])
def test_the_graph_answers_the_calibrated_score(settings: dict) -> None:
    model = forest(**settings)
    content = forest_bytes(model, features=FEATURES, **CALIBRATION)
    assert worst_difference(content, ROWS, probability(model, ROWS)) <= TOLERANCE


def test_values_at_thresholds_fall_on_the_right_side(usual: IsolationForest) -> None:
    trees = [estimator.tree_ for estimator in usual.estimators_]
    feature = np.concatenate([tree.feature for tree in trees])
    threshold = np.concatenate([tree.threshold for tree in trees])[feature >= 0]
    feature, nearest = feature[feature >= 0], threshold.astype(np.float32)
    assert (nearest > threshold).any()
    content = forest_bytes(usual, features=FEATURES, **CALIBRATION)
    for value in (np.nextafter(nearest, np.float32(-9)), nearest, np.nextafter(nearest, np.float32(9))):
        rows = np.resize(ROWS, (len(nearest), FEATURES))
        rows[np.arange(len(rows)), feature] = value
        assert worst_difference(content, rows, probability(usual, rows)) <= TOLERANCE


@pytest.mark.parametrize("value", [3.4e38, -3.4e38, 1e-45, -1e-45, -0.0, np.nan])
def test_extreme_values_are_answered_alike(usual: IsolationForest, value: float) -> None:
    content = forest_bytes(usual, features=FEATURES, **CALIBRATION)
    rows = ROWS[:200].copy()
    rows[np.arange(200), np.arange(200) % FEATURES] = value
    assert worst_difference(content, rows, probability(usual, rows)) <= TOLERANCE


def test_a_strange_row_is_more_probably_an_anomaly(usual: IsolationForest) -> None:
    served = OnnxModel(forest_bytes(usual, features=FEATURES, **CALIBRATION), features=FEATURES)
    assert served.answers([0.0] * FEATURES)[-1] < 0.1 < 0.5 < served.answers([6.0] * FEATURES)[-1]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (forest_bytes(forest(seed), features=FEATURES, **CALIBRATION) for seed in (4, 4, 5))
    assert first == again != other


def test_the_graph_is_valid(usual: IsolationForest) -> None:
    content = forest_bytes(usual, features=FEATURES, **CALIBRATION)
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)


def test_forests_that_cannot_be_exported_are_refused(usual: IsolationForest) -> None:
    with pytest.raises(ValueError, match="trained on 4 features, not on 9"):
        forest_bytes(usual, features=9, **CALIBRATION)
    with pytest.raises(ValueError, match=r"max_features is 0\.5"):
        forest_bytes(forest(max_features=0.5), features=FEATURES, **CALIBRATION)
    with pytest.raises(ValueError, match="one row each"):
        forest_bytes(forest(max_samples=1), features=FEATURES, **CALIBRATION)


def test_the_average_path_length_is_that_of_the_paper() -> None:
    harmonic = np.log(255) + 0.5772156649
    assert average_path_length(np.array([0, 1, 2])).tolist() == [0, 0, 1]
    assert average_path_length(np.array(256)) == pytest.approx(2 * harmonic - 2 * 255 / 256)
