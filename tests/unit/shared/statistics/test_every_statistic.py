"""The same properties hold for every statistic."""

import copy
import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.conditional_baselines import ConditionalBaselines, RunFacts
from shared.measure import Measure
from shared.measures import Measures
from shared.outcome_history import OutcomeHistory
from shared.recent_runs import RecentRuns
from shared.statistics.alarm_budget import AlarmBudget
from shared.statistics.alarm_level import AlarmLevel
from shared.statistics.covariation import Covariation
from shared.statistics.error_memory import ErrorMemory
from shared.statistics.error_rates import ErrorRates
from shared.statistics.failure_evidence import FailureEvidence
from shared.statistics.incidents import Incidents
from shared.statistics.last_outcomes import LastOutcomes
from shared.statistics.neighbourhood import Neighbourhood
from shared.statistics.outcome_table import OutcomeTable
from shared.statistics.pending_level import PendingLevel
from shared.statistics.rhythm import Rhythm
from shared.statistics.robust_baseline import RobustBaseline
from shared.statistics.run_rates import RunRates
from shared.statistics.starts import Starts
from shared.statistics.streak import Streak
from shared.statistics.tail import Tail
from shared.statistics.version_age import VersionAge
from shared.statistics.week_profile import WeekProfile
from shared.statistics.weekly_gaps import WeeklyGaps

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


class Baselines(ConditionalBaselines):
    """Conditional baselines with plain ones of their own, of two measures and a declared number."""

    def __init__(self) -> None:
        super().__init__()
        self.medians, self.declared = Measures(capacity=3), Measures(capacity=2)

    def learn(self, value: float) -> None:
        values, declared = {"always": value, f"metric {int(abs(value)) % 2}": -value}, {"size": abs(value)}
        facts = RunFacts(values, declared, moment(value), failed=value == 3.5)
        self.update(facts, self.medians, self.declared, anomalous=value > 1e6)
        self.medians.update(values)
        self.declared.update(declared)

    def ask(self) -> list[tuple[float, ...]]:
        facts = RunFacts({"always": 12.0, "metric 1": 3.0}, {"size": 4.0}, 1e6, failed=False)
        return [tuple(found) for found in self.compare(facts, self.medians).values()]

    def to_json(self) -> dict[str, Any]:
        plain = {"medians": self.medians.to_json(), "declared": self.declared.to_json()}
        return {"conditional": super().to_json(), **plain}


def read_baselines(value: Any) -> Baselines:
    baselines = Baselines()
    stored = ConditionalBaselines.from_json(value["conditional"])
    baselines.columns, baselines.incidents = stored.columns, stored.incidents
    baselines.medians = Measures.from_json(value["medians"], capacity=3)
    baselines.declared = Measures.from_json(value["declared"], capacity=2)
    return baselines


def two_columns() -> Covariation:
    covariation = Covariation()
    covariation.add(0.0, 1.0)
    covariation.add(5.0, 4.0)
    return covariation


def logarithms(value: float) -> Any:
    """What a covariation is given: logarithms, and NaN for what was not measured."""
    size = math.copysign(math.log1p(abs(value)), value)
    return np.array([size, math.nan if int(abs(value)) % 3 == 0 else 0.5 * size])


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
    "starts": Case(
        Starts,
        lambda s, x: s.update(moment(x), ended=moment(x) + 60.0, lag=x),
        lambda s: (s.get(), s.is_regular, s.usual_lag, s.moments()),
        Starts.from_json,
    ),
    "weekly_gaps": Case(
        WeeklyGaps, lambda s, x: s.update(moment(x), abs(x)), lambda s: (s.get(1e6), s.get(-1e9)), WeeklyGaps.from_json
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
    "alarm_budget": Case(AlarmBudget, lambda s, x: s.update(abs(x)), lambda s: s.get(), AlarmBudget.from_json),
    "neighbourhood": Case(
        Neighbourhood,
        lambda s, x: s.update({"always": x, f"column {int(abs(x)) % 3}": -x}, withhold=x > 1e20),
        lambda s: (s.get({"always": 3.0, "column 1": 9.0}), s.get({}), s.columns_compared(), len(s.shares({}))),
        Neighbourhood.from_json,
    ),
    "measure": Case(
        Measure,
        lambda s, x: (s.learn_deviation(x, failed=False), s.withhold(x) if x > 1e6 else s.update(x)),
        lambda s: (s.baseline.get(), s.strangeness(12.0)),
        Measure.from_json,
    ),
    "measures": Case(
        lambda: Measures(capacity=3), learn_measures, lambda s: (s.get("always"), s.names()), read_measures
    ),
    "covariation": Case(
        two_columns,
        lambda s, x: s.update(logarithms(x)),
        lambda s: s.residuals(np.array([1.0, 2.0])).tolist() if len(s.mean) == 2 else None,
        Covariation.from_json,
    ),
    "tail": Case(
        Tail, lambda s, x: s.update(x), lambda s: (s.surprise(3.0), s.surprise(-1e30), s.edge(1.0)), Tail.from_json
    ),
    "incidents": Case(
        Incidents, lambda s, x: s.update(x > 1e6), lambda s: min(s.learned(), 99.0), Incidents.from_json
    ),
    "week_profile": Case(
        WeekProfile, lambda s, x: s.update(moment(x), x), lambda s: (s.get(1e6), s.get(-1e9)), WeekProfile.from_json
    ),
    "error_rates": Case(
        ErrorRates,
        lambda s, x: s.update(outcome(x), f"{int(abs(x)) % 11}" if outcome(x) else ""),
        lambda s: (s.usual, s.evidence("3"), s.evidence("")),
        ErrorRates.from_json,
    ),
    "failure_evidence": Case(
        FailureEvidence,
        lambda s, x: s.update(x > 9.9e4, f"{int(x) % 11}" if x > 9.9e4 else "", learn=x < 1e9),
        lambda s: (s.surprise("3"), s.surprise(""), s.of_failure()),
        FailureEvidence.from_json,
    ),
    "conditional_baselines": Case(Baselines, lambda s, x: s.learn(x), lambda s: s.ask(), read_baselines),
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
