import numpy as np
import pytest

from functions.train.observation.estimated_quality import estimate_quality
from functions.train.quality import brier, roc_auc

ROWS = 20_000


def runs(seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Chances of failure, and what came of them."""
    random = np.random.default_rng(seed)
    chance = random.beta(0.6, 2.0, size=ROWS)
    return chance, (random.random(ROWS) < chance).astype(float)


def test_calibrated_answers_say_how_good_they_are() -> None:
    chance, failed = runs()
    estimate = estimate_quality(chance)
    assert estimate is not None
    assert estimate.brier == pytest.approx(brier(failed, chance), abs=0.003)
    assert estimate.roc_auc == pytest.approx(roc_auc(failed, chance), abs=0.01)
    assert estimate.accuracy == pytest.approx(np.mean((chance >= 0.5) == failed), abs=0.01)


def test_answers_that_exaggerate_are_calibrated_from_their_labels() -> None:
    chance, failed = runs()
    boasting = np.where(chance > 0.25, 0.95, 0.02) + chance / 100.0
    believed = estimate_quality(boasting)
    estimate = estimate_quality(boasting, labelled=(runs(8)[1], np.where(runs(8)[0] > 0.25, 0.95, 0.02)))
    assert believed is not None
    assert estimate is not None
    real = brier(failed, boasting)
    assert abs(believed.brier - real) > 0.1
    assert estimate.brier == pytest.approx(real, abs=0.01)


def test_few_labels_calibrate_nothing() -> None:
    chance, failed = runs()
    assert estimate_quality(chance, labelled=(1.0 - failed[:199], chance[:199])) == estimate_quality(chance)


def test_a_change_of_meaning_is_beyond_an_estimate_without_labels() -> None:
    chance, _ = runs()
    flipped = (np.random.default_rng(9).random(ROWS) < 1.0 - chance).astype(float)
    estimate = estimate_quality(chance)
    assert estimate is not None
    assert brier(flipped, chance) - estimate.brier > 0.2


def test_there_is_no_auc_of_certainties_and_nothing_of_nothing() -> None:
    estimate = estimate_quality(np.ones(5))
    assert estimate is not None
    assert (estimate.roc_auc, estimate.brier, estimate.accuracy) == (None, 0.0, 1.0)
    assert estimate_quality(np.empty(0)) is None
