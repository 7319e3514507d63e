import pytest

from functions.predict.expected_duration import expected_duration, limit_seconds, timeout_probability
from shared.pipeline_state import PipelineState
from tests.unit.shared.orders import run


def learned(*minutes: float) -> PipelineState:
    state = PipelineState()
    for number, duration in enumerate(minutes):
        state.update(run(number, minutes=duration))
    return state


def test_below_eight_successes_nothing_is_said():
    state = learned(*[10] * 7)
    assert expected_duration(state) is None
    assert timeout_probability(state, limit=60.0) is None


def test_the_interval_holds_four_fifths_of_the_last_runs():
    duration = expected_duration(learned(*range(1, 51)))
    assert duration.seconds == pytest.approx(25.5 * 60)
    assert duration.low_seconds == pytest.approx(5.9 * 60)
    assert duration.high_seconds == pytest.approx(45.1 * 60)


def test_a_limit_that_every_run_breaks_will_be_broken():
    assert timeout_probability(learned(*[10, 11] * 20), limit=300.0) > 0.95


def test_a_limit_far_away_will_not_be_broken():
    assert timeout_probability(learned(*[10, 11] * 20), limit=36_000.0) < 0.01


def test_a_nearer_limit_is_likelier_to_be_broken():
    state = learned(*(8 + number % 7 for number in range(50)))
    chances = [timeout_probability(state, limit=minutes * 60.0) for minutes in (30, 14, 12, 10, 5)]
    assert chances == sorted(chances)


def test_without_a_limit_there_is_none_to_break():
    assert timeout_probability(learned(*[10] * 20), limit=None) is None


@pytest.mark.parametrize(
    ("pipeline", "metadata", "limit"),
    [
        ({"timeout_seconds": 3600}, {}, 3600.0),
        ({"timeout_seconds": 3600, "config": {"timeout_seconds": 1800}}, {}, 1800.0),
        ({"timeout_seconds": 3600}, {"requested_seconds": 900}, 900.0),
        ({"timeout_seconds": None, "config": None}, {}, None),
        ({"timeout_seconds": "NaN", "config": {"timeout_seconds": -5}}, {"requested_seconds": 0}, None),
    ],
)
def test_the_shortest_limit_counts(pipeline, metadata, limit):
    assert limit_seconds(run(metadata=metadata), pipeline) == limit
