"""The measures of a run together, and the pipeline's own level of alarm."""

import json

import pytest

from functions.detect.calibration import score_of
from functions.detect.score import found_by, score
from functions.detect.together import MIN_ROWS, least_change, together
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from tests.unit.shared.orders import run

PIPELINE = {"config": {}, "timeout_seconds": None, "stages": []}


def nightly(number: int, **columns: object) -> Execution:
    """Files come in different numbers, and rows, minutes and memory follow them."""
    files = 8 + number * 7 % 13
    measured = {"minutes": files, "rows_processed": 1000.0 * files + number % 10, "metrics": {"buffers": 50.0 * files}}
    return run(number, **{**measured, **columns})


def learned(runs: int = 120) -> PipelineState:
    state = PipelineState()
    for number in range(runs):
        execution = nightly(number)
        detection = score(execution, state, PIPELINE)
        state.update(execution, anomalous=detection.is_anomaly, strangeness=found_by(detection, PIPELINE))
    return state


def test_measures_that_do_not_belong_together_are_an_alarm_that_names_them():
    state = learned()
    mixed = nightly(120, minutes=19, rows_processed=8_200, metrics={"buffers": 420.0})
    detection = score(mixed, state, PIPELINE)
    assert detection.is_anomaly
    reason = next(reason for reason in detection.reasons if reason.feature == "measures_together")
    assert reason.text.startswith("its measures together are unlike those of any ordinary run, above all duration")
    assert 0.5 <= reason.weight <= 1.0
    assert detection.strangeness >= 1.0


def test_an_ordinary_run_stays_quiet():
    state = learned()
    assert all(score(nightly(number), state, PIPELINE).score < 0.2 for number in range(120, 140))


def test_few_runs_or_few_measures_are_compared_one_by_one():
    assert together(nightly(120), learned(MIN_ROWS - 1)) is None
    assert together(nightly(120), learned(MIN_ROWS)) is not None
    state = PipelineState()
    for number in range(80):
        execution = run(number, minutes=10 + number % 5)
        state.update(execution, strangeness=found_by(score(execution, state, PIPELINE), PIPELINE))
    assert together(run(80), state) is None


def test_a_failed_run_is_not_strange_because_it_was_short():
    state = learned()
    short = nightly(120, status="failed", minutes=1, rows_processed=0, metrics={}, error_message="disk full")
    found = together(short, state)
    assert found is not None
    assert found.strangeness < 1.0


def test_scoring_is_pure_and_survives_json():
    state = learned()
    restored = PipelineState.from_json(json.loads(json.dumps(state.to_json(), allow_nan=False)))
    before = state.to_json()
    for number in (120, 121):
        assert score(nightly(number, minutes=40), restored, PIPELINE) == score(
            nightly(number, minutes=40), state, PIPELINE
        )
    assert state.to_json() == before


def test_a_state_that_was_stored_before_measures_were_compared_together_is_read():
    document = learned().to_json()
    del document["strangeness"]
    state = PipelineState.from_json(document)
    assert state.runs == 120
    assert together(nightly(120), state) is None


def test_a_pipeline_that_alarms_often_asks_for_more():
    state = learned()
    for number in range(120, 160):
        execution = nightly(number, minutes=40 if number % 4 == 0 else 8 + number * 7 % 13)
        detection = score(execution, state, PIPELINE)
        state.update(execution, anomalous=detection.is_anomaly, strangeness=found_by(detection, PIPELINE))
    assert state.strangeness.budget.get() > 2.0
    assert score(nightly(160, minutes=3000), state, PIPELINE).is_anomaly, "what is far stranger still alarms"


@pytest.mark.parametrize("alarm_from", [1.0, 1.3, 4.0, 10.0])
def test_the_score_rises_with_strangeness_and_is_a_half_at_the_pipelines_level(alarm_from):
    scores = [score_of(0.05 * step, alarm_from) for step in range(400)]
    assert scores == sorted(scores)
    assert score_of(alarm_from, alarm_from) == pytest.approx(0.5)
    assert score_of(alarm_from * 0.999, alarm_from) < 0.5


def test_what_matters_of_a_measure_is_asked_of_its_kind():
    of = least_change({"latency_ms": {"direction": "off"}})
    assert of("memory_mb", 1000.0) == (float("inf"), 300.0)
    assert of("duration_seconds", 600.0) == (pytest.approx(200.0), 300.0)
    assert of("latency_ms", 5.0) == (float("inf"), float("inf"))
    assert of("queue depth", 5.0) == (0.0, 0.0)
