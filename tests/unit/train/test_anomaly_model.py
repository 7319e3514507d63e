import json

import numpy as np
import pytest

from functions.train.anomaly_candidate import make_anomaly_candidate
from functions.train.anomaly_evaluation import evaluate_anomaly_model
from functions.train.anomaly_model import AnomalyModel, fit_anomaly_model
from functions.train.candidate import Candidate
from functions.train.dataset import Dataset
from functions.train.failure_model import TooLittleDataError
from functions.train.recipes import RECIPES, Order
from shared.model_store import OnnxModel
from shared.run_features import END_OF_RUN, RUN_NAMES
from shared.statistics.alarm_budget import ALARM_RATE

FEATURES = len(RUN_NAMES)
SUNDAY = 1_700_000_000.0


def history(rows: int = 1600, *, anomalies: int = 40, drift: float = 0.0, seed: int = 3) -> Dataset:
    """Runs whose deviations are small, but for the excluded ones; those of the last quarter are ``drift`` larger."""
    random = np.random.default_rng(seed)
    features = np.abs(random.normal(0.0, 0.5, (rows, FEATURES))).astype(np.float32)
    features[rows * 3 // 4 :] += drift
    excluded = np.zeros(rows, np.int8)
    excluded[random.permutation(rows)[:anomalies]] = 1
    features[excluded == 1] += 3.0
    started_at = SUNDAY + 600.0 * np.arange(rows)
    pipeline = np.full(rows, "orders", object)
    return Dataset(features, excluded, started_at, started_at + 300.0, pipeline, np.full(rows, 300.0), np.ones(rows))


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    return make_anomaly_candidate(history(), kind="anomaly_detection", git_revision="abc")


@pytest.fixture(scope="module")
def model() -> AnomalyModel:
    data = history()
    return fit_anomaly_model(data.features, data.failed)


def test_healthy_runs_alarm_at_the_stated_rate(model):
    fresh = history(20_000, anomalies=0, seed=8)
    assert (model.probability(fresh.features) >= 0.5).mean() == pytest.approx(ALARM_RATE, abs=0.004)
    assert model.probability(fresh.features[:1000]).mean() < 0.2


def test_strange_runs_are_found(model):
    data = history(seed=8)
    assert (model.probability(data.features)[data.failed == 1] >= 0.5).mean() > 0.95


def test_excluded_runs_are_not_learned(model):
    data = history()
    healthy = data.failed == 0
    assert model.rows == healthy.sum()
    alone = fit_anomaly_model(data.features[healthy], data.failed[healthy])
    assert np.array_equal(alone.probability(data.features), model.probability(data.features))
    everything = fit_anomaly_model(data.features, np.zeros(len(data)))
    assert everything.threshold > model.threshold, "anomalies that are taken for healthy raise the threshold"


def test_too_little_data_says_how_much_is_missing():
    data = history(510, anomalies=40)
    with pytest.raises(TooLittleDataError, match=r"30 more healthy runs are needed \(470 of 500\); 40 anomalous"):
        fit_anomaly_model(data.features, data.failed)
    with pytest.raises(TooLittleDataError, match="besides the latest quarter, which judges"):
        evaluate_anomaly_model(history(600, anomalies=0))
    with pytest.raises(TooLittleDataError, match="there are no ended runs"):
        evaluate_anomaly_model(history(0, anomalies=0))


def test_the_evaluation_counts_false_alarms_on_later_healthy_runs():
    evaluation = evaluate_anomaly_model(history())
    assert evaluation.passed
    assert evaluation.metrics["methods"]["candidate"]["roc_auc"]["value"] > 0.95
    assert "are stated" in evaluation.summary
    assert "It may be tried" in evaluation.summary


def test_a_model_that_alarms_too_often_later_is_not_deployed():
    evaluation = evaluate_anomaly_model(history(drift=2.0))
    assert not evaluation.passed
    assert "Too many: it is not deployed" in evaluation.summary


def test_the_graph_answers_what_the_model_answers_and_puts_a_half_at_the_threshold(candidate, model):
    graph = OnnxModel(candidate.content, features=FEATURES)
    rows = history(seed=11).features[:50]
    answers = [graph.answers(row.tolist())[-1] for row in rows]
    assert answers == pytest.approx(model.probability(rows).tolist(), abs=1e-5)
    assert (candidate.manifest.threshold, candidate.manifest.feature_fingerprint) == (0.5, END_OF_RUN.fingerprint)
    assert candidate.manifest.metrics["false_alarm_rate"] < 0.02


def test_the_same_data_gives_the_same_bytes(candidate):
    again = make_anomaly_candidate(history(), kind="anomaly_detection", git_revision="abc")
    assert again.sha256 == candidate.sha256
    assert again.manifest == candidate.manifest


def test_the_recipe_reads_pages_of_recorded_runs(candidate):
    data = history()
    page = [
        [f"run-{place}", data.started_at[place], data.ended_at[place], int(data.failed[place]), 300.0, "orders", row]
        for place, row in enumerate(data.features.tolist())
    ]
    pages = json.loads(json.dumps([page[:1000], page[1000:]]))
    recipe = RECIPES["anomaly_detection"]
    assert recipe.model_input == END_OF_RUN
    assert recipe.make(pages, Order("anomaly_detection", "abc")).sha256 == candidate.sha256
