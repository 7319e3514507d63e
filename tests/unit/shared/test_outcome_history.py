import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.outcome_history import HALF_LIVES_SECONDS, OutcomeHistory

HOUR, DAY = HALF_LIVES_SECONDS[:2]
observations = st.lists(st.tuples(st.floats(0, 1e7), st.booleans()), max_size=30)


def history_of(observed) -> OutcomeHistory:
    history = OutcomeHistory()
    for at, failed in observed:
        history.update(at, failed)
    return history


def same(one: OutcomeHistory, other: OutcomeHistory) -> bool:
    return one.as_of == other.as_of and one.runs + one.failures == pytest.approx(other.runs + other.failures)


@given(observations, observations)
def test_a_merge_is_the_history_that_would_have_seen_both(left, right):
    merged = history_of(left).merge(history_of(right))
    assert same(merged, history_of(left + right))
    assert same(merged, history_of(right).merge(history_of(left)))


@given(observations)
def test_merging_with_an_empty_history_changes_nothing(observed):
    history = history_of(observed)
    assert history.merge(OutcomeHistory()).to_json() == history.to_json()


def test_a_run_counts_half_after_its_half_life():
    history = history_of([(0.0, True)])
    assert history.get(HOUR)[0] == (0.5, 0.5)
    assert history.get(DAY)[1] == (0.5, 0.5)


def test_a_late_run_has_the_weight_that_its_age_leaves_it():
    history = history_of([(HOUR, False), (0.0, True)])
    assert history.as_of == HOUR
    assert history.get(HOUR)[0] == (1.5, 0.5)


def test_asking_about_the_past_does_not_forget_or_grow():
    history = history_of([(HOUR, True)])
    assert history.get(0.0) == history.get(HOUR)


def test_without_runs_every_rate_is_the_prior():
    assert OutcomeHistory().rate(1e9, 0.2, 3.0) == pytest.approx((0.2, 0.2, 0.2))


def test_the_prior_counts_as_further_runs():
    assert history_of([(0.0, True)]).rate(0.0, 0.0, 3.0)[0] == 0.25


@pytest.mark.parametrize(
    "value",
    [
        {"as_of": "yesterday", "runs": [1, 1, 1], "failures": [0, 0, 0]},
        {"as_of": "2026-03-02T06:00:00+00:00", "runs": [1, 1], "failures": [0, 0, 0]},
        {"as_of": "2026-03-02T06:00:00+00:00", "runs": [float("nan"), 1, 1], "failures": [0, 0, 0]},
        {"as_of": "2026-03-02T06:00:00+00:00", "runs": [-1, 1, 1], "failures": [0, 0, 0]},
    ],
)
def test_what_is_no_history_is_refused(value):
    with pytest.raises(ValueError):
        OutcomeHistory.from_json(value)
