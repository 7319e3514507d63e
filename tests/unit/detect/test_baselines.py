"""How the baselines behave over weeks of runs, judged and learned as they are served."""

import json
import math
import random
from collections.abc import Callable, Iterable

import pytest

from functions.detect.score import found_by, score
from functions.detect.zscores import strange_measures
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from tests.unit.shared.orders import run

PIPELINE = {"config": {}, "timeout_seconds": None, "stages": []}
WEEK = 168


def judged(state: PipelineState, executions: Iterable[Execution]) -> list[bool]:
    """Whether each run was an anomaly; each is learned after it was judged."""
    alarms = []
    for execution in executions:
        detection = score(execution, state, PIPELINE)
        alarms.append(detection.is_anomaly)
        state.update(execution, anomalous=detection.is_anomaly, strangeness=found_by(detection, PIPELINE))
    return alarms


def hourly(numbers: range, minutes: Callable[[int], float], *, seed: int = 3, **columns: object) -> list[Execution]:
    """Runs of every hour whose duration varies by a tenth; rows follow the duration."""
    chance = random.Random(seed + numbers.start)
    found = []
    for number in numbers:
        long = minutes(number) * chance.lognormvariate(0, 0.1)
        rows = round(1000 * minutes(number) * chance.lognormvariate(0, 0.05))
        found.append(run(number, minutes=long, rows_processed=rows, **columns))
    return found


def learned(runs: int, minutes: Callable[[int], float] = lambda _: 10.0) -> PipelineState:
    state = PipelineState()
    judged(state, hourly(range(runs), minutes))
    return state


def alarms_at(state: PipelineState, number: int, minutes: float) -> bool:
    return score(run(number, minutes=minutes, rows_processed=10_000), state, PIPELINE).is_anomaly


def threshold_minutes(state: PipelineState, number: int) -> float:
    """The shortest duration that is an alarm, by bisection."""
    low, high = 10.0, 1000.0
    while high / low > 1.005:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if alarms_at(state, number, middle) else (middle, high)
    return high


@pytest.mark.parametrize("known", [12, 60, 400])
@pytest.mark.parametrize("factor", [1.7, 3.0, 40.0, 0.2])
def test_a_new_level_gives_at_most_ten_alerts_until_it_is_normal(known, factor):
    state = learned(known)
    alarms = judged(state, hourly(range(known, known + 150), lambda _: 10.0 * factor))
    assert sum(alarms) <= 10
    assert not any(alarms[40:])


def test_a_new_relation_between_measures_becomes_normal_too():
    state = learned(300, lambda number: 10.0 * (1 + number % 9))
    slower = [
        run(number, minutes=20.0 * (1 + number % 9), rows_processed=10_000 * (1 + number % 9))
        for number in range(300, 400)
    ]
    alarms = judged(state, slower)
    assert 1 <= sum(alarms) <= 10
    assert not any(alarms[40:])


@pytest.mark.parametrize("known", [60, 400])
def test_an_incident_week_moves_the_next_weeks_threshold_by_a_tenth_at_most(known):
    state = learned(known)
    before = threshold_minutes(state, known)
    chance = random.Random(5)
    judged(state, hourly(range(known, known + WEEK), lambda _: 10.0 * chance.choice((4, 9, 20, 45, 100))))
    assert threshold_minutes(state, known + WEEK) <= 1.1 * before


def test_an_anomaly_is_no_part_of_the_baseline():
    state = learned(100)
    before = [state.measures.measured.get(name) for name in ("duration_seconds", "rows_processed")]
    assert judged(state, [run(100, minutes=90, rows_processed=10_000)]) == [True]
    assert [state.measures.measured.get(name) for name in ("duration_seconds", "rows_processed")] == before


def heavy_on_mondays(number: int) -> float:
    return 40.0 if number % 7 == 0 else 10.0


def daily(days: range, minutes: Callable[[int], float]) -> list[Execution]:
    """Runs at six in the morning, from a Monday on; run numbers are hours."""
    chance = random.Random(days.start)
    return [run(24 * day, minutes=minutes(day) * chance.lognormvariate(0, 0.08)) for day in days]


def test_heavy_mondays_are_learned_and_a_heavy_tuesday_is_still_an_alarm():
    state = PipelineState()
    judged(state, daily(range(105), heavy_on_mondays))
    assert state.measures.conditional is not None
    assert state.measures.conditional.columns.get("duration_seconds").column.profile.is_proven
    alarms = judged(state, daily(range(105, 175), heavy_on_mondays))
    assert sum(alarms) == 0
    assert not score(run(24 * 175, minutes=40), state, PIPELINE).is_anomaly
    judged(state, daily(range(175, 176), heavy_on_mondays))
    assert score(run(24 * 176, minutes=40), state, PIPELINE).is_anomaly


@pytest.mark.parametrize("seed", range(4))
def test_no_season_is_seen_where_there_is_none(seed):
    chance = random.Random(seed)
    state = PipelineState()
    judged(state, hourly(range(12 * WEEK), lambda _: 10.0 * chance.lognormvariate(0, 0.5), seed=seed))
    assert not state.measures.conditional.columns.get("duration_seconds").column.profile.is_proven


def test_slow_growth_is_no_alarm():
    state = PipelineState()
    alarms = judged(state, hourly(range(500), lambda number: 10.0 * 1.006**number))
    assert sum(alarms) == 0
    assert alarms_at(state, 500, 10.0 * 1.006**500 * 5)


def test_green_but_a_fifth_of_the_usual_volume_is_an_alarm_even_where_everything_shrank_with_it():
    chance = random.Random(9)
    state = learned(300, lambda _: 10.0 * chance.lognormvariate(0, 0.2))
    small = run(300, minutes=2, rows_processed=2000)
    assert score(small, state, PIPELINE).is_anomaly


def test_what_fits_the_pipeline_but_not_the_run_is_said_so():
    chance, state = random.Random(1), PipelineState()

    def loaded(number: int, **columns: float) -> Execution:
        size = chance.lognormvariate(0, 0.7)
        metrics = {"memory_mb": 400 * size * chance.lognormvariate(0, 0.04)}
        return run(number, **{"minutes": 10 * size, "metrics": metrics, **columns})

    judged(state, (loaded(number) for number in range(300)))
    odd = run(300, minutes=10, metrics={"memory_mb": 900})
    found = next(measure for measure in strange_measures(odd, state, {}) if measure.name == "memory_mb")
    assert found.is_implied
    assert found.strangeness > 1.0
    assert 300 < found.low < 410 < found.high < 500


def test_a_unit_that_changes_is_a_level_that_changes():
    state = learned(100)
    in_micros = [run(number, minutes=10, rows_processed=1e10 + number) for number in range(100, 200)]
    assert 1 <= sum(judged(state, in_micros)) <= 10


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_a_metric_does_not_matter(unit):
    chance = random.Random(2)
    states = [PipelineState(), PipelineState()]
    for number in range(120):
        value = chance.lognormvariate(3, 0.2)
        for state, factor in zip(states, (1.0, unit), strict=True):
            judged(state, [run(number, metrics={"queue depth": value * factor})])
    found = [
        next(iter(strange_measures(run(120, metrics={"queue depth": 60 * factor}), state, {}))).strangeness
        for state, factor in zip(states, (1.0, unit), strict=True)
    ]
    assert found[1] == pytest.approx(found[0], rel=0.02)


def test_a_constant_metric_alarms_when_it_changes_and_not_before():
    state = PipelineState()
    assert not any(judged(state, (run(number, metrics={"shards": 12}) for number in range(100))))
    assert not score(run(100, metrics={"shards": 12}), state, PIPELINE).is_anomaly
    assert score(run(100, metrics={"shards": 24}), state, PIPELINE).is_anomaly


def test_a_metric_that_comes_once_says_nothing():
    state = learned(60)
    assert judged(state, [run(60, minutes=10, rows_processed=10_000, metrics={"odd": 7.0})]) == [False]
    assert judged(state, [run(61, minutes=10, rows_processed=10_000, metrics={"odd": 7e9})]) == [False]


def test_a_metric_that_is_measured_no_more_makes_room():
    state = PipelineState()
    old = {f"old {place}": 1.0 + place for place in range(100)}
    judged(state, (run(number, metrics=old) for number in range(10)))
    judged(state, (run(number, metrics={"new": 5.0}) for number in range(10, 60)))
    assert state.measures.measured.get("new") is not None
    assert state.measures.measured.get("duration_seconds") is not None


def test_five_thousand_metrics_and_names_of_ten_kilobytes_stay_within_the_stored_size():
    state = PipelineState()
    for number in range(60):
        chance = random.Random(number)
        metrics = {f"{'m' * 10_000} {place}": chance.lognormvariate(2, 1) for place in range(5000)}
        judged(state, [run(number, metrics=metrics, error_message=None)])
    assert len(json.dumps(state.to_json())) < 200_000


def test_a_thousand_runs_within_one_second_are_judged_like_any_others():
    state, second = PipelineState(), "2026-03-02T06:00:00+00:00"
    runs = (run(number, started_at=second, minutes=10 + number % 3) for number in range(1000))
    assert sum(judged(state, runs)) <= 5
    assert alarms_at(state, 1000, 90)


def test_what_is_stored_goes_on_as_if_it_had_not_been():
    state = learned(80)
    stored = PipelineState.from_json(json.loads(json.dumps(state.to_json())))
    later = hourly(range(80, 130), lambda number: 10.0 if number % 10 else 60.0)
    assert judged(stored, later) == judged(state, later)
    assert json.dumps(stored.to_json()) == json.dumps(state.to_json())


@pytest.mark.parametrize("known", [60, 400])
def test_failures_in_a_row_are_an_alarm_where_they_are_news(known):
    state = learned(known)
    failures = [
        run(number, status="failed", minutes=10, error_message="disk full") for number in range(known, known + 3)
    ]
    assert judged(state, failures)[-1]


def test_failures_that_always_come_in_bursts_are_no_news():
    state = PipelineState()
    alarms = judged(
        state,
        (
            run(number, minutes=10, status="failed" if number % 50 < 5 else "completed", error_message="busy")
            for number in range(1004)
        ),
    )
    said = [
        measure
        for measure in strange_measures(run(1004, status="failed", minutes=10, error_message="busy"), state, {})
        if measure.name == "failures_in_a_row"
    ]
    assert all(measure.strangeness < 1.0 for measure in said)
    assert sum(alarms[500:]) <= 10


def test_one_error_again_and_again_between_successes_is_a_burst():
    state = learned(300)
    number, found = 300, 0.0
    for _ in range(6):
        failure = run(number, status="failed", minutes=10, error_message="SchemaError: tariff is gone")
        found = max(found, *(abs(measure.strangeness) for measure in strange_measures(failure, state, {})))
        judged(state, [failure, *hourly(range(number + 1, number + 6), lambda _: 10.0)])
        number += 6
    assert found > 1.0
