import numpy as np
import onnx
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from functions.train.boosting_export import boosting_bytes, quantile_bytes
from functions.train.parity import require_parity, worst_difference
from shared.model_store import OnnxModel

FEATURES = 5
TOLERANCE = 2e-6
RANDOM = np.random.default_rng(11)
ROWS = RANDOM.normal(size=(3000, FEATURES)).astype(np.float32)
# Two float32 neighbours, so that the threshold between them is no float32: rounding up would lose the split.
ROWS[:, 4] = np.where(RANDOM.random(3000) < 0.5, np.float32(1), np.nextafter(np.float32(1), np.float32(0)))
FAILED = RANDOM.random(3000) < 1 / (1 + np.exp(-(ROWS[:, 0] * ROWS[:, 1] + 2 * (ROWS[:, 4] < 1) - 1.5)))


def booster(seed: int, rows: np.ndarray = ROWS) -> HistGradientBoostingClassifier:
    # With a share of the columns the seed matters.
    return HistGradientBoostingClassifier(max_iter=40, max_features=0.5, random_state=seed).fit(rows, FAILED)


def probability(boosters: list, rows: np.ndarray, slope: float = 1.0, intercept: float = 0.0) -> np.ndarray:
    raw = np.mean([booster.decision_function(rows) for booster in boosters], axis=0)
    return 1 / (1 + np.exp(-(slope * raw + intercept)))


def around_thresholds(model: HistGradientBoostingClassifier) -> np.ndarray:
    """Rows that put every split's feature just below, at and just above its threshold."""
    nodes = np.concatenate([predictor.nodes for (predictor,) in model._predictors])
    nodes = nodes[nodes["is_leaf"] == 0]
    nearest = nodes["num_threshold"].astype(np.float32)
    rows = np.tile(ROWS[: len(nodes)], (3, 1))
    values = [np.nextafter(nearest, np.float32(-np.inf)), nearest, np.nextafter(nearest, np.float32(np.inf))]
    rows[np.arange(len(rows)), np.tile(nodes["feature_idx"], 3)] = np.concatenate(values)
    assert (nearest > nodes["num_threshold"]).any()
    return rows


@pytest.fixture(scope="module")
def boosters() -> list[HistGradientBoostingClassifier]:
    return [booster(seed) for seed in (1, 2, 3)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.6, -0.4), (1.7, 0.9), (0.0, 0.3)])
def test_the_graph_answers_the_calibrated_mean(boosters, count: int, slope: float, intercept: float) -> None:
    content = boosting_bytes(boosters[:count], features=FEATURES, slope=slope, intercept=intercept)
    expected = probability(boosters[:count], ROWS, slope, intercept)
    assert worst_difference(content, ROWS, expected) <= TOLERANCE


def test_values_at_thresholds_fall_on_the_right_side(boosters) -> None:
    content = boosting_bytes(boosters[:1], features=FEATURES, slope=1.0, intercept=0.0)
    rows = around_thresholds(boosters[0])
    assert worst_difference(content, rows, probability(boosters[:1], rows)) <= TOLERANCE


@pytest.mark.parametrize("value", [3.4e38, -3.4e38, 1e-45, -1e-45, -0.0, np.inf, -np.inf, np.nan])
def test_extreme_values_are_answered_alike(boosters, value: float) -> None:
    content = boosting_bytes(boosters, features=FEATURES, slope=1.2, intercept=0.1)
    rows = ROWS[:200].copy()
    rows[np.arange(200), np.arange(200) % FEATURES] = value
    assert worst_difference(content, rows, probability(boosters, rows, 1.2, 0.1)) <= TOLERANCE


def test_missing_values_that_were_learned_from_take_their_side() -> None:
    rows = ROWS.copy()
    rows[FAILED & (ROWS[:, 2] > 0), 2] = np.nan
    model = booster(1, rows)
    content = boosting_bytes([model], features=FEATURES, slope=1.0, intercept=0.0)
    assert worst_difference(content, rows, probability([model], rows)) <= TOLERANCE


def test_a_model_that_found_nothing_answers_the_base_rate() -> None:
    model = booster(1, np.zeros_like(ROWS))
    served = OnnxModel(boosting_bytes([model], features=FEATURES, slope=1.0, intercept=0.0), features=FEATURES)
    assert served.answers([0.0] * FEATURES)[-1] == pytest.approx(FAILED.mean(), abs=1e-6)


def test_one_served_row_answers_as_in_a_batch(boosters) -> None:
    served = OnnxModel(boosting_bytes(boosters, features=FEATURES, slope=1.0, intercept=0.0), features=FEATURES)
    answers = [served.answers(row.tolist())[-1] for row in ROWS[:50]]
    assert answers == pytest.approx(probability(boosters, ROWS[:50]), abs=TOLERANCE)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (
        boosting_bytes([booster(seed)], features=FEATURES, slope=1.1, intercept=0.2) for seed in (4, 4, 5)
    )
    assert first == again != other


def test_the_graph_is_valid_for_the_versions_that_it_names(boosters) -> None:
    model = onnx.load_from_string(boosting_bytes(boosters, features=FEATURES, slope=1.0, intercept=0.0))
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, {entry.domain: entry.version for entry in model.opset_import}) == (
        8,
        {"": 17, "ai.onnx.ml": 3},
    )


def test_models_that_cannot_be_exported_are_refused(boosters) -> None:
    calibration = {"slope": 1.0, "intercept": 0.0}
    with pytest.raises(ValueError, match="no model"):
        boosting_bytes([], features=FEATURES, **calibration)
    with pytest.raises(ValueError, match="trained on 5 features, not on 6"):
        boosting_bytes(boosters, features=6, **calibration)
    three = HistGradientBoostingClassifier(max_iter=2).fit(ROWS, np.arange(3000) % 3)
    with pytest.raises(ValueError, match="3 classes"):
        boosting_bytes([three], features=FEATURES, **calibration)
    labels = HistGradientBoostingClassifier(max_iter=2, categorical_features=[4]).fit(np.abs(ROWS).round(), FAILED)
    with pytest.raises(ValueError, match="categorical"):
        boosting_bytes([labels], features=FEATURES, **calibration)
    with pytest.raises(ValueError, match="'squared_error'"):
        quantile_bytes([HistGradientBoostingRegressor(max_iter=2).fit(ROWS, ROWS[:, 0])], features=FEATURES)


def test_quantiles_come_in_the_order_of_their_models() -> None:
    seconds = np.exp(5 + ROWS[:, 0] + RANDOM.normal(size=3000) * (1 + (ROWS[:, 1] > 0)))
    models = [
        HistGradientBoostingRegressor(loss="quantile", quantile=share, max_iter=30).fit(ROWS, seconds)
        for share in (0.5, 0.9, 0.1)
    ]
    content = quantile_bytes(models, features=FEATURES)
    expected = np.column_stack([model.predict(ROWS) for model in models])
    require_parity(content, ROWS, expected)
    assert content == quantile_bytes(models, features=FEATURES)


def test_shifted_quantiles_answer_as_much_more() -> None:
    models = [
        HistGradientBoostingRegressor(loss="quantile", quantile=share, max_iter=5).fit(ROWS, ROWS[:, 0])
        for share in (0.1, 0.9)
    ]
    expected = np.column_stack([model.predict(ROWS) for model in models]) + np.array([-0.5, 2.0])
    require_parity(quantile_bytes(models, features=FEATURES, shifts=[-0.5, 2.0]), ROWS, expected)
    with pytest.raises(ValueError, match="shorter"):
        quantile_bytes(models, features=FEATURES, shifts=[1.0])
