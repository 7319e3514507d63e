import math

import pytest

from functions.predict.modelled_duration import duration_of, duration_quantiles, exceeding
from shared.duration_quantiles import SHARES
from shared.errors import ModelFault
from shared.pipeline_state import PipelineState
from tests.unit.shared.models import Says, served
from tests.unit.shared.orders import run

QUANTILES = (100.0, 200.0, 400.0, 700.0, 1000.0, 2000.0, 4000.0)
UNMOVED = Says(lambda row: [0.0] * 7)


def learned(runs: int) -> PipelineState:
    state = PipelineState()
    for number in range(runs):
        state.update(run(number, minutes=10 + number % 5))
    return state


def test_a_model_that_moves_nothing_says_what_the_last_runs_say() -> None:
    expected = duration_of(duration_quantiles(served(UNMOVED), [0.0], state=learned(50)))
    assert expected.seconds == pytest.approx(12 * 60)
    assert (expected.low_seconds, expected.high_seconds) == pytest.approx((10 * 60, 14 * 60), rel=1e-3)


def test_below_eight_durations_the_model_is_not_asked() -> None:
    asked: list[object] = []
    model = served(Says(lambda row: asked.append(row) or [0.0] * 7))
    assert duration_quantiles(model, [0.0], state=learned(7)) is None
    assert duration_quantiles(model, [0.0], state=learned(8)) is not None
    assert len(asked) == 1


def test_quantiles_that_cross_are_put_in_order() -> None:
    crossing = Says(lambda row: [5.0, 0.0, -5.0, 0.0, 0.0, 2.0, -9.0])
    quantiles = duration_quantiles(served(crossing), [0.0], state=learned(50))
    assert list(quantiles) == sorted(quantiles)


@pytest.mark.parametrize("moves", [1e30, -1e30])
def test_a_model_that_exaggerates_stays_finite(moves: float) -> None:
    quantiles = duration_quantiles(served(Says(lambda row: [moves] * 7)), [0.0], state=learned(50))
    assert all(math.isfinite(seconds) and seconds >= 0.0 for seconds in quantiles)


def test_a_model_with_other_quantiles_is_at_fault() -> None:
    model = served(Says(lambda row: [0.5]))
    assert duration_quantiles(model, [0.0], state=learned(50)) is None
    assert model.fault == "the model answered with 1 numbers, not with 7"
    assert duration_quantiles(served(ModelFault("gone")), [0.0], state=learned(50)) is None


def test_the_chance_to_take_longer_falls_as_the_limit_rises() -> None:
    limits = [10.0**exponent for exponent in (-3, 0, 1, 2, 2.5, 3, 3.5, 4, 5, 9, 12)]
    chances = [exceeding(QUANTILES, limit=limit) for limit in limits]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == 0.99
    assert chances[-1] < 1e-6


def test_at_a_quantile_the_chance_is_what_the_quantile_says() -> None:
    for seconds, share in zip(QUANTILES, SHARES, strict=True):
        assert exceeding(QUANTILES, limit=seconds) == pytest.approx(1.0 - share)


def test_runs_that_always_take_the_same_time_break_a_shorter_limit_and_no_longer_one() -> None:
    always = (600.0,) * 7
    assert exceeding(always, limit=599.0) == 0.99
    assert exceeding(always, limit=601.0) == 0.0
    assert exceeding(always, limit=600.0) == pytest.approx(0.01)


def test_without_a_limit_there_is_none_to_break() -> None:
    assert exceeding(QUANTILES, limit=None) is None
