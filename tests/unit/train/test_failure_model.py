import numpy as np
import pytest

from functions.train.failure_model import PAIRS, fit_failure_model
from shared.features import FEATURES, INDEX

RATE, CPUS = INDEX["pipeline_failure_rate_10_runs"], INDEX["requested_cpus"]
GROUPS = 12


def runs(rows: int = 6000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Twelve pipelines of which each asks for its own number of processors; the last one has always failed, whatever
    its failure rate said. The others fail as often as their rate says."""
    random = np.random.default_rng(7)
    features = np.zeros((rows, len(FEATURES)), np.float32)
    pipeline = np.arange(rows) % GROUPS
    features[:, RATE], features[:, CPUS] = random.random(rows), pipeline
    failed = (random.random(rows) < features[:, RATE]) | (pipeline == GROUPS - 1)
    return features, failed.astype(np.int8), pipeline


def after_many_successes() -> np.ndarray:
    row = np.zeros((1, len(FEATURES)), np.float32)
    row[:, RATE], row[:, CPUS] = 0.05, GROUPS - 1
    return row


def test_what_one_pipeline_did_in_the_past_is_not_learned_by_heart() -> None:
    features, failed, pipeline = runs()
    by_heart = fit_failure_model(features, failed, pipeline=np.zeros_like(pipeline)).probability(after_many_successes())
    found = fit_failure_model(features, failed, pipeline=pipeline).probability(after_many_successes())
    assert by_heart > 0.8
    assert 0.1 < found < 0.7


def test_half_of_the_boosters_have_never_seen_a_pipeline() -> None:
    features, failed, pipeline = runs()
    model = fit_failure_model(features, failed, pipeline=pipeline)
    said = [booster.predict_proba(after_many_successes())[0, 1] for booster in model.boosters]
    assert sorted(probability > 0.5 for probability in said) == [False] * PAIRS + [True] * PAIRS


def test_a_half_that_is_too_little_to_learn_from_is_left_out() -> None:
    features, failed, _ = runs(2000)
    pipeline = np.where(np.arange(2000) < 1900, "busy", "idle")
    assert len(fit_failure_model(features, failed, pipeline=pipeline).boosters) == PAIRS


@pytest.mark.parametrize("names", [1, 2000])
def test_without_enough_in_any_half_one_booster_learns_from_everything(names: int) -> None:
    features, failed, _ = runs(900)
    model = fit_failure_model(features, failed, pipeline=np.arange(900) % names)
    assert len(model.boosters) == 1
    assert (model.rows, model.failures) == (900, int(failed.sum()))


def test_a_weight_counts_a_run_so_many_times_and_equal_weights_say_nothing() -> None:
    features, failed, pipeline = runs(1200)

    def mean(weight: np.ndarray | None) -> float:
        model = fit_failure_model(features, failed, pipeline=pipeline, weight=weight)
        return float(model.probability(features).mean())

    assert mean(np.full(1200, 2.5)) == mean(None)
    assert mean(np.where(failed == 1, 1.0, 4.0)) < mean(None) - 0.1
