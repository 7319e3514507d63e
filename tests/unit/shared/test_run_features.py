import math

from hypothesis import given
from hypothesis import strategies as st

from shared.execution import Execution
from shared.pipeline_state import PipelineState
from shared.run_features import END_OF_RUN, RUN_NAMES, run_features
from tests.unit.shared.orders import rubbish_rows, run


def learned(runs: int = 20) -> PipelineState:
    state = PipelineState()
    for number in range(runs):
        state.update(
            run(number, minutes=10 + number % 3, rows_processed=1000 + number % 7, metrics={"queue": number % 5})
        )
    return state


def features(state: PipelineState, execution: Execution) -> dict[str, float]:
    return dict(zip(RUN_NAMES, run_features(execution, state), strict=True))


def test_a_run_is_told_by_its_deviations_and_not_by_its_values():
    slow = features(learned(), run(20, minutes=60, rows_processed=1003, metrics={"queue": 2}))
    assert slow["duration_seconds_deviation"] > math.log1p(5.0)
    assert abs(slow["rows_processed_deviation"]) < math.log1p(2.0)
    assert slow["cpu_percent_deviation"] == 0.0, "it was not measured"
    assert slow["far_share"] == 1 / 3


def test_measures_without_a_place_of_their_own_are_told_by_size():
    jam = features(learned(), run(20, minutes=11, metrics={"queue": 500, "never seen": 7}))
    assert jam["other_deviation_1"] > math.log1p(5.0)
    assert jam["other_deviation_2"] == 0.0


def test_a_run_that_failed_is_not_told_to_be_short():
    broken = features(learned(), run(20, status="failed", minutes=1, error_message="disk full", attempt=2))
    assert (broken["failed"], broken["error_is_new"], broken["duration_seconds_deviation"]) == (1.0, 1.0, 0.0)
    assert broken["attempt"] == math.log1p(2)


def test_nothing_is_known_of_a_new_pipeline():
    first = features(PipelineState(), run(0, minutes=60, metrics={"queue": 9}))
    assert [name for name, value in first.items() if value] == ["attempt"]


@given(st.lists(rubbish_rows, max_size=12), rubbish_rows)
def test_the_numbers_are_finite_and_asking_changes_nothing(rows, row):
    state = PipelineState()
    for one in rows:
        state.update(Execution.from_row(one))
    before, execution = state.to_json(), Execution.from_row(row)
    vector = run_features(execution, state)
    assert len(vector) == END_OF_RUN.features
    assert all(math.isfinite(number) and abs(number) < 1e3 for number in vector)
    assert state.to_json() == before
