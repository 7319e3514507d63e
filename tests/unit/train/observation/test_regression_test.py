"""How seldom a good model is rolled back, however often one looks, and how soon a bad one is."""

import numpy as np
import pytest

from functions.train.observation.regression_test import regression_test

EVERY = 25


def history(seed: int, *, rows: int = 3000) -> tuple[np.ndarray, ...]:
    """Outcomes in bursts, a model that knows their chance, and a heuristic that knows it less well."""
    random = np.random.default_rng(seed)
    chance = np.clip(np.repeat(random.beta(0.6, 2.0, size=rows // 10), 10), 0.03, 0.97)
    failed = (random.random(rows) < chance).astype(float)
    noise = random.normal(0.0, 0.1, (2, rows))
    return failed, np.clip(chance + noise[0], 0, 1), np.clip(chance + noise[1], 0, 1)


def first_alarm(failed: np.ndarray, said: np.ndarray, reference: np.ndarray, *, since: int = 0) -> int | None:
    """After how many runs a look finds a regression, one look every 25 runs."""
    for rows in range(since + EVERY, len(failed) + 1, EVERY):
        if regression_test(failed[:rows], said[:rows], reference[:rows]).regressed:
            return rows - since
    return None


def test_an_equal_model_is_not_rolled_back_however_often_one_looks() -> None:
    assert [first_alarm(*history(seed)) for seed in range(60)] == [None] * 60


@pytest.mark.parametrize("bad", [lambda said: 1.0 - said, lambda said: np.full_like(said, 0.9)])
def test_a_bad_model_is_found_within_200_runs(bad) -> None:
    for seed in range(40):
        failed, said, reference = history(seed, rows=300)
        alarm = first_alarm(failed, bad(said), reference)
        assert alarm is not None
        assert alarm <= 200


def test_a_model_that_turned_bad_after_long_service_is_found_within_200_runs() -> None:
    for seed in range(20):
        failed, said, reference = history(seed, rows=2260)
        turned = np.concatenate([said[:2010], 1.0 - said[2010:]])
        alarm = first_alarm(failed, turned, reference, since=2010)
        assert alarm is not None
        assert alarm <= 200


def test_what_lies_before_the_window_makes_it_no_easier_to_be_rolled_back() -> None:
    failed, said, reference = history(5, rows=100)
    fresh = regression_test(failed, 1.0 - said, reference)
    old = regression_test(failed, 1.0 - said, reference, earlier=100_000)
    assert fresh.evidence > 1e5 * old.evidence


def test_it_says_since_when_and_by_how_much() -> None:
    failed = np.zeros(150)
    said = np.concatenate([np.full(100, 0.1), np.full(50, 0.9)])
    found = regression_test(failed, said, np.full(150, 0.1))
    assert (found.regressed, found.rows, found.difference) == (True, 50, pytest.approx(0.8))


def test_nothing_labelled_is_nothing_found() -> None:
    found = regression_test(np.empty(0), np.empty(0), np.empty(0))
    assert (found.evidence, found.rows, found.regressed) == (0.0, 0, False)
