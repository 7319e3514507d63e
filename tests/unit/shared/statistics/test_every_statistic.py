"""The same properties hold for every statistic."""

import copy
import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.measure import Measure
from shared.measures import Measures
from shared.outcome_history import OutcomeHistory
from shared.recent_runs import RecentRuns
from shared.statistics.alarm_level import AlarmLevel
from shared.statistics.error_memory import ErrorMemory
from shared.statistics.last_outcomes import LastOutcomes
from shared.statistics.outcome_table import OutcomeTable
from shared.statistics.pending_level import PendingLevel
from shared.statistics.rhythm import Rhythm
from shared.statistics.robust_baseline import RobustBaseline
from shared.statistics.run_rates import RunRates
from shared.statistics.streak import Streak
from shared.statistics.version_age import VersionAge

Statistic = Any
EXTREMES = (0.0, -1.0, 1e-30, 1e30, -1e30, 3.5, 1e9)


@dataclass(frozen=True)
class Case:
    """A statistic, what one observation is to it, and everything that it can be asked."""

    make: Callable[[], Statistic]
    learn: Callable[[Statistic, float], None]
    ask: Callable[[Statistic], Any]
    read: Callable[[Any], Statistic]


def outcome(value: float) -> bool:
    return value > 0


def moment(value: float) -> float:
    """Epoch seconds of a year that a clock can show."""
    return min(max(value, -6e10), 2.5e11)


def read_table(value: Any) -> OutcomeTable:
    return OutcomeTable.from_json(value, capacity=4)


def read_measures(value: Any) -> Measures:
    return Measures.from_json(value, capacity=3)


def learn_measures(measures: Measures, value: float) -> None:
    (measures.withhold if value > 1e6 else measures.update)({f"metric {int(abs(value)) % 4}": value, "always": value})


CASES = {
    "run_rates": Case(
        RunRates, lambda s, x: s.update(outcome(x)), lambda s: (s.get(), s.rate(0.1, 2.0)), RunRates.from_json
    ),
    "streak": Case(Streak, lambda s, x: s.update(outcome(x)), lambda s: (s.get(), s.failures), Streak.from_json),
    "last_outcomes": Case(
        LastOutcomes, lambda s, x: s.update(outcome(x)), lambda s: s.get(4), LastOutcomes.from_json
    ),
    "outcome_table": Case(
        lambda: OutcomeTable(capacity=4),
        lambda s, x: s.update(f"key {int(abs(x)) % 7}", outcome(x)),
        lambda s: [(s.get(key), s.rate(key, 0.1, 2.0)) for key in ("key 1", "key 3", "unknown")],
        read_table,
    ),
    "rhythm": Case(
        Rhythm, lambda s, x: s.update(moment(x)), lambda s: (s.get(), s.spread, s.lateness(1e6), s.lateness(-1e30)),
        Rhythm.from_json,
    ),
    "error_memory": Case(
        ErrorMemory, lambda s, x: s.update(moment(x), f"{int(abs(x)) % 11}"), lambda s: (s.get("3"), s.last, s.repeats),
        ErrorMemory.from_json,
    ),
    "version_age": Case(
        VersionAge, lambda s, x: s.update(int(abs(x)) % 5, moment(x)), lambda s: s.get(3, now=1e6), VersionAge.from_json
    ),
    "robust_baseline": Case(
        RobustBaseline, lambda s, x: s.update(x), lambda s: (s.get(), s.quantile(0.9)), RobustBaseline.from_json
    ),
    "pending_level": Case(
        PendingLevel, lambda s, x: s.update(x), lambda s: s.get(), PendingLevel.from_json
    ),
    "alarm_level": Case(AlarmLevel, lambda s, x: s.update(abs(x)), lambda s: s.get(), AlarmLevel.from_json),
    "measure": Case(
        Measure,
        lambda s, x: (s.learn_deviation(x, failed=False), s.withhold(x) if x > 1e6 else s.update(x)),
        lambda s: (s.baseline.get(), s.strangeness(12.0)),
        Measure.from_json,
    ),
    "measures": Case(
        lambda: Measures(capacity=3), learn_measures, lambda s: (s.get("always"), s.names()), read_measures
    ),
    "recent_runs": Case(RecentRuns, lambda s, x: s.update(str(x)), lambda s: s.get("3.5"), RecentRuns.from_json),
    "outcome_history": Case(
        OutcomeHistory,
        lambda s, x: s.update(min(max(x, 0.0), 1e9), outcome(x)),
        lambda s: (s.get(2e9), s.rate(2e9, 0.1, 2.0)),
        OutcomeHistory.from_json,
    ),
}  # fmt: skip
ORDER_FREE = ("outcome_history", "robust_baseline")
values = st.lists(st.one_of(st.floats(-1e30, 1e30), st.floats(0, 100), st.sampled_from(EXTREMES)), max_size=80)


def check_asking_changes_nothing(case: Case, observed: list[float]) -> None:
    statistic = taught(case, observed)
    before = copy.deepcopy(statistic).to_json()
    first, second = case.ask(statistic), case.ask(statistic)
    assert first == second
    assert statistic.to_json() == before


def check_state_survives_a_round_trip(case: Case, observed: list[float], later: list[float]) -> None:
    statistic = taught(case, observed)
    stored = case.read(json.loads(json.dumps(statistic.to_json(), allow_nan=False)))
    assert case.ask(stored) == case.ask(statistic)
    for value in later:
        case.learn(statistic, value)
        case.learn(stored, value)
    assert stored.to_json() == statistic.to_json()
    assert case.ask(stored) == case.ask(statistic)


def check_answers_are_finite(case: Case, observed: list[float]) -> None:
    assert all(math.isfinite(number) for number in numbers_in(case.ask(taught(case, observed))))


def check_state_is_bounded(case: Case) -> None:
    generator = random.Random(7)
    sizes = []
    for length in (400, 1600):
        statistic = taught(case, [generator.uniform(-1e5, 1e5) for _ in range(length)])
        sizes.append(len(json.dumps(statistic.to_json())))
    assert sizes[1] <= sizes[0] * 1.2 + 60


def check_order_does_not_matter(case: Case, observed: list[float]) -> None:
    forward, backward = taught(case, observed), taught(case, observed[::-1])
    assert numbers_in(case.ask(forward)) == pytest.approx(numbers_in(case.ask(backward)), rel=1e-9, abs=1e-9)


def taught(case: Case, observed: list[float]) -> Statistic:
    statistic = case.make()
    for value in observed:
        case.learn(statistic, value)
    return statistic


def numbers_in(answer: Any) -> list[float]:
    if isinstance(answer, list | tuple):
        return [number for part in answer for number in numbers_in(part)]
    return [float(answer)] if isinstance(answer, int | float) else []


every_statistic = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@every_statistic
@given(observed=values)
def test_asking_changes_nothing(case, observed):
    check_asking_changes_nothing(case, observed)


@every_statistic
@given(observed=values, later=values)
def test_state_survives_a_round_trip_and_goes_on_the_same(case, observed, later):
    check_state_survives_a_round_trip(case, observed, later)


@every_statistic
@given(observed=values)
def test_answers_are_finite_on_extreme_input(case, observed):
    check_answers_are_finite(case, observed)


@every_statistic
def test_state_does_not_grow_with_what_was_seen(case):
    check_state_is_bounded(case)


@pytest.mark.parametrize("case", [CASES[name] for name in ORDER_FREE], ids=ORDER_FREE)
@given(observed=st.lists(st.floats(0, 1e8), max_size=50))
def test_order_does_not_matter(case, observed):
    check_order_does_not_matter(case, observed)


@every_statistic
@pytest.mark.parametrize("rubbish", [7, "rubbish", [1], {"a": 1}, ["x", "y"], [[], [], []]])
def test_rubbish_is_refused_or_read_as_a_statistic_that_works(case, rubbish):
    try:
        statistic = case.read(rubbish)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return
    check_round_trip = json.dumps(statistic.to_json(), allow_nan=False)
    assert check_round_trip
    case.ask(statistic)
