import json

import numpy as np
import pytest

from functions.train.observation.drift import DRIFTED, Reference, answer_drift, feature_drift, reference_document

WINDOW = 500


def drift_of(history: np.ndarray, recent: np.ndarray) -> float:
    """As it is stored and read again, of one feature."""
    reference = json.loads(json.dumps(reference_document(["tide"], history[:, None], np.full(len(history), 0.5))))
    return feature_drift(reference, recent[:, None]).get("tide", 0.0)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def test_nothing_moved_is_no_drift_whatever_the_sample(random: np.random.Generator) -> None:
    history = random.normal(size=6000)
    assert [drift_of(history, random.normal(size=WINDOW)) for _ in range(50)] == [0.0] * 50


def test_what_chance_makes_of_small_samples_is_taken_off(random: np.random.Generator) -> None:
    reference = Reference.of(random.random(2000), window=100)
    found = [reference.index(random.random(60)) for _ in range(300)]
    # Not taken off it would be 9/2000 + 9/60 = 0.155.
    assert np.mean(found) < 0.05


@pytest.mark.parametrize("moved", [1.0, -1.0])
def test_a_shift_of_a_spread_is_drift(random: np.random.Generator, moved: float) -> None:
    assert drift_of(random.normal(size=6000), random.normal(moved, 1.0, size=WINDOW)) > DRIFTED


def test_a_rare_value_that_becomes_common_is_drift(random: np.random.Generator) -> None:
    history = (random.random(6000) < 0.95).astype(float)
    assert drift_of(history, (random.random(WINDOW) < 0.5).astype(float)) > DRIFTED
    assert drift_of(history, (random.random(WINDOW) < 0.95).astype(float)) == 0.0


def test_a_constant_that_changes_is_drift_and_one_that_stays_is_none() -> None:
    history = np.full(6000, np.float32(0.693147))
    assert drift_of(history, np.full(WINDOW, np.float32(0.693147))) == 0.0
    for other in (0.6, 0.8):
        assert drift_of(history, np.full(WINDOW, other)) > DRIFTED


def test_a_counter_that_grows_as_it_always_did_is_no_drift() -> None:
    history = np.log1p(np.arange(6000.0))
    assert drift_of(history, np.log1p(np.arange(6000.0, 6500.0))) == 0.0


def test_a_window_of_one_hour_is_no_drift_where_windows_always_were_of_one_hour(random: np.random.Generator) -> None:
    history = np.sin(np.arange(6000) / 600.0) + random.normal(0.0, 0.01, size=6000)
    assert drift_of(history, np.sin(np.arange(6000, 6500) / 600.0)) == 0.0


def test_an_average_that_moves_slowly_is_no_drift_where_it_always_did() -> None:
    found = []
    for seed in range(40):
        steps = np.random.default_rng(seed).normal(size=6500)
        slow = np.zeros(6500)
        for at in range(1, 6500):
            slow[at] = 0.99 * slow[at - 1] + steps[at]
        found.append(drift_of(slow[:6000], slow[6000:]))
    assert max(found) == 0.0


def test_answers_are_compared_to_a_thousandth(random: np.random.Generator) -> None:
    answers = random.choice([0.123, 0.456, 0.789], size=6000)
    reference = reference_document([], np.empty((6000, 0)), answers)
    assert answer_drift(reference, random.choice([0.123, 0.456, 0.789], size=WINDOW) + 4e-6) == 0.0
    assert answer_drift(reference, np.full(WINDOW, 0.789)) > DRIFTED


def test_every_feature_is_held_against_its_own_past_when_keys_come_back_in_another_order() -> None:
    columns = np.repeat([[1.0, 2.0, 3.0]], 6000, axis=0)
    document = reference_document(["zeal", "tide", "ebb"], columns, np.ones(6000))
    reference = json.loads(json.dumps(document, sort_keys=True))
    assert feature_drift(reference, columns[:WINDOW]) == {}
    assert list(feature_drift(reference, columns[:WINDOW] + np.array([0.0, 0.0, 1.0]))) == ["ebb"]


def test_too_short_a_history_and_too_few_runs_say_nothing(random: np.random.Generator) -> None:
    assert reference_document(["tide"], random.random((999, 1)), random.random(999)) == {}
    assert feature_drift({}, random.random((500, 1))) == {}
    reference = reference_document(["tide"], random.random((6000, 1)), random.random(6000))
    assert feature_drift(reference, np.full((WINDOW - 1, 1), 9.0)) == {}
    assert answer_drift(reference, np.full(WINDOW - 1, 9.0)) == 0.0
