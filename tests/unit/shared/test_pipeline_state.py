import json
import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.execution import Execution
from shared.features import FEATURES, FINGERPRINT, INDEX
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState, StateError, StateVersionError
from shared.pipeline_strangeness import Strangeness
from shared.statistics.neighbourhood import Neighbourhood
from tests.unit.shared.orders import MONDAY, rubbish_rows, run

EMPTY = OutcomeHistory()
FLOAT32_MAX = 3.4e38
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=8,
)


def learned(*executions: Execution) -> PipelineState:
    state = PipelineState()
    for execution in executions:
        state.update(execution)
    return state


def vector_of(state: PipelineState, execution: Execution, *, owner=EMPTY, workspace=EMPTY) -> list[float]:
    return state.vector(execution, now=execution.begun_at, owner=owner, workspace=workspace)


def feature(state: PipelineState, name: str, execution: Execution | None = None, **histories: OutcomeHistory) -> float:
    return vector_of(state, execution or run(100), **histories)[INDEX[name]]


def stored(state: PipelineState) -> PipelineState:
    return PipelineState.from_json(json.loads(json.dumps(state.to_json(), allow_nan=False)))


@given(st.lists(rubbish_rows, max_size=12), st.lists(st.floats(0.0, 20.0), min_size=12, max_size=12), rubbish_rows)
def test_a_judged_state_survives_json_whatever_was_learned(rows, strangeness, next_row):
    state = PipelineState()
    for row, value in zip(rows, strangeness, strict=False):
        state.update(Execution.from_row(row), anomalous=value > 1.0, strangeness=Strangeness(value))
    following, restored = Execution.from_row(next_row), stored(state)
    assert restored.to_json() == state.to_json()
    for one in (restored, state):
        one.update(following, strangeness=Strangeness(0.5))
    assert restored.to_json() == state.to_json()


def test_only_ordinary_runs_that_completed_enter_the_neighbourhood():
    state = PipelineState()
    state.update(run(0), strangeness=Strangeness(0.1))
    state.update(run(1, status="failed"), strangeness=Strangeness(0.1))
    state.update(run(2), anomalous=True, strangeness=Strangeness(3.0))
    state.update(run(3))
    assert isinstance(state.strangeness.neighbourhood, Neighbourhood)
    assert state.strangeness.neighbourhood.sample.count == 1


@given(st.lists(st.tuples(rubbish_rows, st.booleans()), max_size=12), rubbish_rows)
def test_a_state_survives_json_whatever_was_learned(learned_rows, next_row):
    state = PipelineState()
    for row, anomalous in learned_rows:
        state.update(Execution.from_row(row), anomalous=anomalous)
    following = Execution.from_row(next_row)
    restored = stored(state)
    assert restored.to_json() == state.to_json()
    assert vector_of(restored, following) == vector_of(state, following)
    restored.update(following)
    state.update(following)
    assert restored.to_json() == state.to_json()


@given(st.lists(rubbish_rows, max_size=12), rubbish_rows)
def test_a_vector_is_finite_float32_and_pure_whatever_was_learned(rows, next_row):
    state = learned(*map(Execution.from_row, rows))
    execution, before = Execution.from_row(next_row), json.dumps(state.to_json())
    vector = vector_of(state, execution)
    assert len(vector) == len(FEATURES)
    assert all(isinstance(value, float) and math.isfinite(value) and abs(value) < FLOAT32_MAX for value in vector)
    assert vector_of(state, execution) == vector
    assert json.dumps(state.to_json()) == before


@given(rubbish_rows, st.lists(rubbish_rows, max_size=5))
def test_a_vector_uses_nothing_that_is_unknown_at_the_start(row, rows):
    state, execution = learned(*map(Execution.from_row, rows)), Execution.from_row(row)
    assert vector_of(state, execution) == vector_of(state, execution.as_started())


@given(json_values)
def test_what_is_no_state_is_refused(value):
    with pytest.raises(StateError):
        PipelineState.from_json(value)


def places_in(document, path=()):
    """The path of every value inside a JSON document."""
    entries = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in entries:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places_in(value, (*path, key))


@given(st.data())
def test_a_damaged_state_is_refused_or_works(data):
    ordinary = (run(number, metrics={"cpu_percent": number + 1}, metadata={"branch": "main"}) for number in range(12))
    document = learned(*ordinary, run(12, status="failed", error_message="disk full")).to_json()
    *way, last = data.draw(st.sampled_from(list(places_in(document))))
    parent = document
    for key in way:
        parent = parent[key]
    parent[last] = data.draw(st.one_of(json_values, st.sampled_from([1e308, -1e308, 10**400, -1, 0, 0.5])))
    try:
        state = PipelineState.from_json(document)
    except StateError:
        return
    assert all(map(math.isfinite, vector_of(state, run(13))))
    state.update(run(13, metrics={"cpu_percent": 7}), anomalous=data.draw(st.booleans()))
    assert all(map(math.isfinite, vector_of(state, run(14))))
    json.dumps(state.to_json(), allow_nan=False)


def test_a_window_that_was_cut_short_is_refused():
    document = learned(*(run(number) for number in range(12))).to_json()
    window = document["measures"]["measured"]["duration_seconds"]
    window[0] = window[0][:8]
    with pytest.raises(StateError, match="cut short"):
        PipelineState.from_json(document)


def test_a_state_of_another_version_is_refused_by_name():
    with pytest.raises(StateVersionError, match="version 99"):
        PipelineState.from_json({**PipelineState().to_json(), "version": 99})


def test_a_run_is_learned_once():
    state = learned(run(1))
    assert not state.update(run(1))
    assert state.runs == 1


def test_a_repeat_is_known_through_the_next_thirty_one_runs():
    state = learned(*(run(number) for number in range(32)))
    assert not state.update(run(0))
    state.update(run(32))
    assert state.update(run(0))


def test_a_run_that_has_not_ended_teaches_nothing():
    state = PipelineState()
    assert not state.update(run(status="running"))
    assert state.to_json() == PipelineState().to_json()


def test_a_cancelled_run_moves_the_clock_and_nothing_else():
    state = learned(run(0), run(1, status="cancelled"))
    assert state.runs == 1
    assert state.outcomes.streak.get() == 1
    assert state.last_end == run(1).ended_at.timestamp()


def test_names_units_and_order_of_the_features_are_a_contract():
    assert len({feature.name for feature in FEATURES}) == len(FEATURES) == 49
    assert FINGERPRINT == "bb66fdc14858cd29c297af97269d88ccafe830f7f458f89b76eb39d28866aef1"


def test_a_new_pipeline_has_the_rates_of_its_owner_and_workspace():
    owner, workspace = OutcomeHistory(), OutcomeHistory()
    at = MONDAY.timestamp()
    for number in range(1000):
        owner.update(at, number % 2 == 0)
        workspace.update(at, number % 5 == 0)
    new = PipelineState()
    for name in ("pipeline_failure_rate_3_runs", "pipeline_failure_rate_7d", "context_failure_rate_mean"):
        assert feature(new, name, run(0), owner=owner, workspace=workspace) == pytest.approx(0.5, abs=0.01)
        assert feature(new, name, run(0), workspace=workspace) == pytest.approx(0.2, abs=0.01)


def test_the_own_history_speaks_louder_the_longer_it_is():
    rates = [
        feature(learned(*(run(n, status="failed") for n in range(runs))), "pipeline_failure_rate_30_runs")
        for runs in (0, 1, 5, 50)
    ]
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(0.1)
    assert rates[-1] > 0.9


def test_streaks_and_times_since():
    state = learned(run(0), run(1, status="failed"), run(2, status="failed"))
    assert feature(state, "failure_streak", run(3)) == pytest.approx(math.log1p(2))
    assert feature(state, "success_streak", run(3)) == 0.0
    assert feature(state, "seconds_since_success", run(3)) == pytest.approx(math.log1p(3 * 3600 - 600))
    assert feature(state, "seconds_since_failure", run(3)) == pytest.approx(math.log1p(3600 - 600))


def test_a_late_start_shows_as_lateness():
    state = learned(*(run(number) for number in range(8)))
    assert feature(state, "lateness", run(8)) == pytest.approx(0.0, abs=1e-6)
    assert feature(state, "lateness", run(10)) == pytest.approx(math.log(3), abs=0.01)


def test_a_new_config_version_is_young_and_has_no_runs():
    state = learned(*(run(number, config_version=3) for number in range(5)))
    assert feature(state, "version_runs", run(5, config_version=3)) == pytest.approx(math.log1p(5))
    assert feature(state, "version_runs", run(5, config_version=4)) == 0.0
    assert feature(state, "version_age_seconds", run(5, config_version=4)) == 0.0


def test_a_label_that_always_fails_is_told_from_one_that_never_does():
    runs = (run(n, status="failed" if n % 2 else "completed", metadata={"branch": f"b{n % 2}"}) for n in range(20))
    state = learned(*runs)
    bad, good = (
        feature(state, "context_failure_rate_mean", run(20, metadata={"branch": branch})) for branch in ("b1", "b0")
    )
    assert bad > 0.8
    assert good < 0.2


def test_the_same_error_again_and_again_is_counted_whatever_its_numbers():
    messages = [f"worker {n}: table 'orders_{n}' is locked" for n in range(3)]
    state = learned(*(run(n, status="failed", error_message=message) for n, message in enumerate(messages)))
    assert state.outcomes.errors.repeats == 3
    assert feature(state, "error_repeats") == pytest.approx(math.log1p(3))


def test_an_anomalous_runs_outcome_is_learned_and_its_measures_are_not():
    state = learned(*(run(number) for number in range(10)))
    before = state.measures.measured.get("duration_seconds")
    state.update(run(10, minutes=600), anomalous=True)
    assert state.runs == 11
    assert state.measures.measured.get("duration_seconds") == before
    assert state.measures.anomalies_in_a_row == 1


def test_a_level_that_persists_for_ten_anomalous_runs_becomes_the_usual_one():
    state = learned(*(run(number, minutes=10 + number % 3) for number in range(20)))
    for number in range(20, 29):
        state.update(run(number, minutes=40 + number % 3), anomalous=True)
    assert state.measures.measured.get("duration_seconds").median < 800
    state.update(run(29, minutes=41), anomalous=True)
    assert state.measures.measured.get("duration_seconds").median == pytest.approx(41 * 60, rel=0.03)


def test_anomalies_that_agree_on_nothing_change_no_baseline():
    state = learned(*(run(number, minutes=10 + number % 3) for number in range(20)))
    for number in range(20, 50):
        state.update(run(number, minutes=20 + (number * 37) % 600), anomalous=True)
    assert state.measures.measured.get("duration_seconds").median < 800


def test_an_ordinary_run_between_anomalies_begins_the_count_again():
    state = learned(*(run(number, minutes=10 + number % 3) for number in range(20)))
    for number in range(20, 60):
        ordinary = number % 8 == 0
        state.update(run(number, minutes=11 if ordinary else 40), anomalous=not ordinary)
    assert state.measures.measured.get("duration_seconds").median < 800


def test_the_measures_of_a_failed_run_are_no_baseline():
    state = learned(
        *(run(number) for number in range(10)), *(run(n, status="failed", minutes=0.1) for n in range(10, 40))
    )
    assert state.measures.measured.get("duration_seconds").median == 600


def orders_run(number: int, *, measures: int, stages: int = 0) -> Execution:
    failed = number % 7 == 0
    return run(
        number,
        status="failed" if failed else "completed",
        error_message=f"table 'orders_{number}' is locked" if failed else None,
        metrics={f"metric {'é' * 20} {place}": (number * 37 + place) % 1000 + 0.123 for place in range(measures)},
        metadata={f"key {place}": number * 3.7 for place in range(8)} | {"branch": f"branch-{number}"},
        stages=[{"stage_name": f"stage {'x' * 30} {place}", "status": "completed"} for place in range(stages)],
    )


@pytest.mark.parametrize(("measures", "stages", "most_bytes"), [(8, 8, 8_192), (24, 16, 12_288), (200, 200, 20_480)])
def test_a_state_stays_small(measures, stages, most_bytes):
    state = PipelineState()
    for number in range(300):
        state.update(orders_run(number, measures=measures, stages=stages), anomalous=number % 11 == 0)
    assert len(json.dumps(state.to_json())) <= most_bytes


def test_a_state_stays_small_where_names_are_hostile_and_measures_come_and_go():
    state = PipelineState()
    for number in range(67 * 50):
        name = f"{number // 50}" + '"' * 30
        stages = [
            {"stage_name": f"{(number + place) % 64:02d}" + "\\" * 30, "status": "completed"} for place in range(5)
        ]
        state.update(
            run(number, metrics={name: number + 0.1}, metadata={'"' * 20 + name: number * 1.1}, stages=stages),
            anomalous=number % 9 == 0,
        )
    assert len(json.dumps(state.to_json(), separators=(",", ":"))) <= 22_528  # as it is stored


def test_a_clock_an_hour_ahead_is_no_trouble():
    ahead = run(0, started_at=(MONDAY + timedelta(hours=1)).isoformat())
    state = learned(ahead)
    assert feature(state, "seconds_since_end", run(0)) == 0.0
    assert all(map(math.isfinite, vector_of(state, run(0))))
