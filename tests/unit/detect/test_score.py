import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.detect.score import combine, score
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from tests.unit.shared.orders import MONDAY, rubbish_rows, run

PIPELINE = {"config": {}, "timeout_seconds": None, "stages": []}


def usual_run(number: int, **columns: object) -> Execution:
    """A run of 9 to 13 minutes that reads ten thousand rows."""
    measured = {
        "minutes": 9 + number * 7 % 5,
        "rows_processed": 10_000 + number * 13 % 400,
        "metrics": {"cpu_percent": 40 + number % 7, "memory_mb": 900 + number * 3 % 40, "queue depth": number % 3 + 5},
    }
    return run(number, **{**measured, **columns})


def learned(runs: int = 40) -> PipelineState:
    state = PipelineState()
    for number in range(runs):
        state.update(usual_run(number))
    return state


def texts(detection) -> list[str]:
    return [reason.text for reason in detection.reasons]


def test_an_ordinary_run_is_none_of_anybodys_business():
    state = learned()
    for number in range(40, 60):
        detection = score(usual_run(number), state, PIPELINE)
        assert detection.score < 0.1
        assert detection.reasons == ()
        assert detection.guardrail_action == "continue"


def test_a_slow_run_is_told_in_plain_words_with_what_is_usual():
    detection = score(usual_run(40, minutes=41), learned(), PIPELINE)
    reason = detection.reasons[0]
    assert detection.is_anomaly
    assert reason.text == "took 41 min; usually 9 to 13 min"
    assert (reason.feature, reason.value, reason.unit, reason.direction) == (
        "duration_seconds",
        2460.0,
        "seconds",
        "above",
    )
    assert (reason.expected_low, reason.expected_high) == (540.0, 780.0)
    assert reason.weight > 0.5


@pytest.mark.parametrize(
    ("columns", "feature", "direction"),
    [
        ({"minutes": 1}, "duration_seconds", "below"),
        ({"rows_processed": 2_000}, "rows_processed", "below"),
        ({"metrics": {"cpu_percent": 100}}, "cpu_percent", "above"),
        ({"metrics": {"memory_mb": 1900}}, "memory_mb", "above"),
        ({"metrics": {"queue depth": 90}}, "queue depth", "above"),
    ],
)
def test_each_measure_is_watched_in_its_direction(columns, feature, direction):
    detection = score(usual_run(40, **columns), learned(), PIPELINE)
    assert detection.is_anomaly
    assert (detection.reasons[0].feature, detection.reasons[0].direction) == (feature, direction)


@pytest.mark.parametrize(
    "columns",
    [
        {"metrics": {"cpu_percent": 1}},  # idle is no fault
        {"metrics": {"memory_mb": 20}},
        {"minutes": 14.5},  # many spreads away, and yet not worth a word
        {"rows_processed": 10_900},
    ],
)
def test_what_is_no_fault_or_too_small_is_not_said(columns):
    assert score(usual_run(40, **columns), learned(), PIPELINE).reasons == ()


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_run_that_stopped_on_the_way_is_not_blamed_for_having_been_short(status):
    detection = score(usual_run(40, status=status, minutes=1, rows_processed=10), learned(), PIPELINE)
    assert {"duration_seconds", "rows_processed"}.isdisjoint(reason.feature for reason in detection.reasons)


def test_a_pipeline_may_watch_a_measure_in_its_own_way():
    state = learned()
    idle = usual_run(40, metrics={"cpu_percent": 1})
    both = {**PIPELINE, "config": {"detection": {"cpu_percent": {"direction": "below"}}}}
    off = {**PIPELINE, "config": {"detection": {"duration_seconds": {"direction": "off"}}}}
    large = {**PIPELINE, "config": {"detection": {"duration_seconds": {"min_change": 7200}}}}
    assert score(idle, state, both).is_anomaly
    assert not score(usual_run(40, minutes=41), state, off).is_anomaly
    assert not score(usual_run(40, minutes=41), state, large).is_anomaly


@pytest.mark.parametrize(
    "detection", [None, 3, [], {"duration_seconds": "often"}, {"duration_seconds": {"direction": 7}}]
)
def test_settings_that_cannot_be_read_are_ignored(detection):
    pipeline = {**PIPELINE, "config": {"detection": detection}}
    assert score(usual_run(40, minutes=41), learned(), pipeline).is_anomaly


@pytest.mark.parametrize("runs", range(8))
def test_a_new_pipeline_is_learning_and_does_not_alarm(runs):
    detection = score(usual_run(runs, minutes=600, metrics={"cpu_percent": 100}), learned(runs), PIPELINE)
    assert detection.status == "learning"
    assert detection.runs_missing == 8 - runs
    assert not detection.is_anomaly


def test_a_new_pipeline_does_alarm_at_what_is_impossible_for_any():
    detection = score(usual_run(0, metrics={"latency_ms": -4}), PipelineState(), PIPELINE)
    assert detection.is_anomaly
    assert detection.status == "learning"
    assert texts(detection) == ["measured -4 of something that cannot be negative"]


def test_a_green_run_without_rows_holds_what_comes_after_it():
    detection = score(usual_run(40, rows_processed=0), learned(), PIPELINE)
    assert detection.guardrail_action == "hold_downstream"
    assert any(text.startswith("completed with 0 rows") for text in texts(detection))


def test_a_timeout_is_a_reason_at_once():
    detection = score(usual_run(0, minutes=90), PipelineState(), {**PIPELINE, "timeout_seconds": 3600})
    assert texts(detection) == ["ran 1.5 h, longer than its timeout of 1 h"]
    assert detection.reasons[0].expected_high == 3600.0


def test_a_clock_gone_wrong_is_watched():
    detection = score(usual_run(0, completed_at="2026-03-02T05:00:00Z"), PipelineState(), PIPELINE)
    assert detection.guardrail_action == "watch"
    assert texts(detection) == ["completed 1 h before it started; a clock is wrong"]


def test_the_third_failure_in_a_row_pauses_a_pipeline_that_used_to_work():
    state = learned()
    for number in (40, 41):
        failure = usual_run(number, status="failed")
        assert score(failure, state, PIPELINE).guardrail_action in ("watch", "continue")
        state.update(failure)
    third = score(usual_run(42, status="failed"), state, PIPELINE)
    assert third.is_anomaly
    assert third.guardrail_action == "pause_pipeline"
    assert "3 failures in a row, after 40 successes in a row" in texts(third)


def test_the_same_error_three_times_opens_an_incident():
    state = learned()
    for number in (40, 41, 42):
        failure = usual_run(number, status="failed", error_message=f"table 'orders_{number}' is locked")
        detection = score(failure, state, PIPELINE)
        state.update(failure, anomalous=detection.is_anomaly)
    assert detection.guardrail_action == "open_incident"
    assert "3 failures in a row with the same error" in texts(detection)


def test_a_run_is_never_part_of_its_own_baseline():
    state = learned()
    slow = usual_run(40, minutes=41)
    before = score(slow, state, PIPELINE)
    assert score(slow, state, PIPELINE) == before


def test_a_level_that_stays_stops_alarming():
    state, alarms = learned(), 0
    for number in range(40, 90):
        execution = usual_run(number, minutes=41 + number % 3)
        detection = score(execution, state, PIPELINE)
        alarms += detection.is_anomaly
        state.update(execution, anomalous=detection.is_anomaly)
    assert 1 <= alarms <= 10


def test_a_bad_day_does_not_blind_the_next():
    state = learned()
    for number in range(40, 46):
        execution = usual_run(number, minutes=41 * (number - 38))
        state.update(execution, anomalous=score(execution, state, PIPELINE).is_anomaly)
    for number in range(46, 60):
        state.update(usual_run(number))
    assert score(usual_run(60, minutes=41), state, PIPELINE).is_anomaly


def test_a_pipeline_that_jumps_about_is_given_more_room():
    state, alarms = PipelineState(), []
    for number in range(400):
        execution = run(number, minutes=10 + number % 3 if number % 25 else 60)
        detection = score(execution, state, PIPELINE)
        alarms.append(detection.is_anomaly)
        state.update(execution, anomalous=detection.is_anomaly)
    assert sum(alarms[:200]) > 2 * sum(alarms[200:])


def test_a_models_score_joins_in_and_says_so():
    state, ordinary = learned(), usual_run(40)
    assert not score(ordinary, state, PIPELINE, model_score=0.2).is_anomaly
    detection = score(ordinary, state, PIPELINE, model_score=0.9)
    assert detection.is_anomaly
    assert detection.reasons[0].feature == "model"


@pytest.mark.parametrize("broken", [float("nan"), -1.0, 7.0])
def test_a_model_that_answers_nonsense_is_not_believed(broken):
    state, ordinary = learned(), usual_run(40)
    assert score(ordinary, state, PIPELINE, model_score=broken) == score(ordinary, state, PIPELINE)


@given(st.lists(st.floats(0, 1), max_size=8), st.integers(0, 7), st.floats(0, 1))
def test_the_score_grows_with_every_reason(weights, place, raised):
    more = sorted(weights)
    if more:
        place %= len(more)
        more[place] = max(more[place], raised)
    assert 0.0 <= combine(weights) <= combine(more) + 1e-12 <= 1.0 + 1e-12
    assert combine(weights) <= combine([*weights, raised]) + 1e-12


@given(st.lists(rubbish_rows, max_size=12), rubbish_rows)
def test_any_run_gets_a_finite_score_and_finite_reasons(rows, row):
    state = PipelineState()
    for earlier in map(Execution.from_row, rows):
        state.update(replace(earlier, status="completed"))
    detection = score(Execution.from_row(row), state, PIPELINE)
    assert 0.0 <= detection.score <= 1.0
    assert len(detection.reasons) <= 10
    for reason in detection.reasons:
        numbers = [reason.weight, reason.value, reason.expected_low, reason.expected_high]
        assert all(number is None or math.isfinite(number) for number in numbers)
        assert reason.text


def test_five_thousand_metrics_at_once_are_scored_and_learned():
    state = PipelineState()
    for number in range(20):
        crowded = run(number, metrics={f"metric {place}": 1e308 if place % 7 == 0 else place for place in range(5000)})
        assert 0.0 <= score(crowded, state, PIPELINE).score < 0.5
        assert state.update(crowded)


def test_names_that_hold_anything_are_cut_in_the_sentence():
    state, name = PipelineState(), "x" * 10_000 + "\ud800"
    for number in range(20):
        state.update(run(number, metrics={name: 5 + number % 2}))
    detection = score(run(20, metrics={name: 500}), state, PIPELINE)
    assert detection.reasons[0].text == f"{'x' * 60} was 500; usually 5 to 6"


def test_a_run_an_hour_ahead_is_scored_like_any_other():
    ahead = usual_run(40, started_at=MONDAY.replace(year=2027).isoformat(), completed_at=None, duration_seconds=600)
    assert score(ahead, learned(), PIPELINE).reasons == ()


def test_while_learning_not_even_a_model_alarms():
    detection = score(usual_run(3), learned(3), PIPELINE, model_score=0.99)
    assert detection.status == "learning"
    assert detection.score < 0.5
    assert detection.guardrail_action == "watch"


def test_a_streak_is_said_at_the_third_sixth_and_twelfth_failure():
    state, said = learned(), []
    for number in range(40, 53):
        failure = usual_run(number, status="failed")
        if any(reason.feature == "rule:failure_streak" for reason in score(failure, state, PIPELINE).reasons):
            said.append(number - 39)
        state.update(failure)
    assert said == [3, 6, 12]


def test_another_error_ends_a_burst():
    state = learned()
    for number, message in ((40, "disk full"), (41, "disk full"), (42, "table is locked")):
        failure = usual_run(number, status="failed", error_message=message)
        detection = score(failure, state, PIPELINE)
        state.update(failure)
    assert "rule:error_burst" not in [reason.feature for reason in detection.reasons]
