"""What is strange together, although each of its numbers is ordinary."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from shared.statistics.alarm_budget import ALARM_RATE, AlarmBudget
from shared.statistics.neighbourhood import ANEW_AFTER, MIN_ROWS, Neighbourhood

ORDERS_PER_FILE = 1000.0


def nightly(runs: int, *, scale: float = 1.0, seed: int = 5) -> Iterator[dict[str, float]]:
    """Nights on which rows, seconds and memory follow the number of files."""
    random = np.random.default_rng(seed)
    for files in random.uniform(4.0, 20.0, runs):
        rows, seconds, memory = files * ORDERS_PER_FILE, 30.0 * files, 200.0 + 10.0 * files
        noise = random.normal(1.0, 0.02, 3)
        yield {
            "rows": rows * noise[0] * scale,
            "seconds": seconds * noise[1] * scale,
            "memory": memory * noise[2] * scale,
        }


def learned(runs: int = 400, *, scale: float = 1.0) -> Neighbourhood:
    near = Neighbourhood()
    for values in nightly(runs, scale=scale):
        near.update(values)
    return near


def test_numbers_that_do_not_belong_together_are_strange_and_the_wrong_one_is_named():
    near = learned()
    assert near.get({"rows": 12_000.0, "seconds": 360.0, "memory": 320.0}) < 0.5
    mixed = {"rows": 5_000.0, "seconds": 590.0, "memory": 245.0}
    assert near.get(mixed) > 1.0
    shares = near.shares(mixed)
    assert next(iter(shares)) == "seconds"
    assert sum(shares.values()) == pytest.approx(1.0)


def test_few_ordinary_runs_alarm():
    near = learned()
    strange = [near.get(values) >= 1.0 for values in nightly(2000, seed=6)]
    assert np.mean(strange) <= 2 * ALARM_RATE


def test_the_unit_of_a_measure_is_of_no_account():
    mixed = {"rows": 5_000.0, "seconds": 590.0, "memory": 245.0}
    in_millionths = {name: value * 1e6 for name, value in mixed.items()}
    assert learned(scale=1e6).get(in_millionths) == pytest.approx(learned().get(mixed), rel=1e-3)


def test_too_few_rows_have_no_answer():
    near = learned(MIN_ROWS - 1)
    assert near.get({"rows": 5_000.0}) is None
    assert near.shares({"rows": 5_000.0}) == {}
    near.update(next(nightly(1)))
    assert near.get({"rows": 5_000.0}) is not None


def test_a_constant_that_changes_is_strange_and_a_measure_that_is_missing_is_not():
    near = Neighbourhood()
    for values in nightly(100):
        near.update({**values, "workers": 4.0})
    ordinary = {"rows": 12_000.0, "seconds": 360.0, "memory": 320.0}
    assert near.get({**ordinary, "workers": 5.0}) > 1.0
    assert near.get(ordinary) == near.get({**ordinary, "workers": 4.0})


def test_a_change_that_does_not_matter_is_not_strange():
    def least_change(name: str, usual: float) -> tuple[float, float]:
        return (float("inf"), 0.0) if name == "workers" else (0.0, 0.0)

    near = Neighbourhood()
    for values in nightly(100):
        near.update({**values, "workers": 4.0}, least_change)
    ordinary = {"rows": 12_000.0, "seconds": 360.0, "memory": 320.0}
    assert near.get({**ordinary, "workers": 1.0}) == near.get({**ordinary, "workers": 4.0})
    assert near.get({**ordinary, "workers": 9.0}) > 1.0


def test_anomalies_do_not_become_each_others_neighbours_until_they_are_the_rule():
    near, broken = learned(), {"rows": 0.0, "seconds": 4000.0, "memory": 9000.0}
    for _ in range(ANEW_AFTER - 1):
        near.update(broken)
    assert near.get(broken) > 1.0
    assert near.withheld == ANEW_AFTER - 1
    near.update(broken)
    assert near.sample.count == 0
    assert near.get(broken) is None


def test_a_measure_that_appears_later_is_compared_once_it_is_known():
    near = learned(100)
    for values in nightly(100, seed=9):
        near.update({**values, "retries": 0.0})
    ordinary = {"rows": 12_000.0, "seconds": 360.0, "memory": 320.0}
    assert near.get({**ordinary, "retries": 7.0}) > 1.0


@pytest.mark.parametrize("columns", [1, 40, 128, 200])
def test_the_state_has_a_bound_whatever_the_number_of_columns(columns):
    near = Neighbourhood()
    for row in np.random.default_rng(2).normal(size=(300, columns)):
        near.update({f"a column with a long name {place}": value for place, value in enumerate(row)})
    assert len(json.dumps(near.to_json())) < 72_000


@pytest.mark.parametrize(
    ("place", "value"),
    [("rows", "AAAA"), ("rows", "AADAfwAAwH8="), ("names", ["rows", "rows", "seconds"]), ("count", -1)],
)
def test_a_damaged_sample_is_refused(place, value):
    document = learned(40).to_json()
    document["sample"][place] = value
    with pytest.raises(ValueError):
        Neighbourhood.from_json(document)


@pytest.mark.parametrize("tail", [2.0, 3.0])
def test_a_budget_keeps_alarms_at_the_stated_rate_whatever_the_tail(tail):
    budget, alarms = AlarmBudget(), 0
    for strangeness in np.random.default_rng(4).pareto(tail, 20_000) * 0.3:
        alarms += strangeness >= budget.get()
        budget.update(float(strangeness))
    assert alarms / 20_000 <= 1.5 * ALARM_RATE
