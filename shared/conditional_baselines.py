"""What each measure of a run should be, given what the run declared, what else it measured, and how it went lately."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from shared.conditional_column import ConditionalColumn
from shared.conditional_columns import MIN_RUNS, ConditionalColumns
from shared.measures import Measures
from shared.statistics.covariation import Floats
from shared.statistics.incidents import Incidents
from shared.statistics.pending_level import PendingLevel
from shared.statistics.tail import MIN_VALUES

OWN_SHARE = 0.6  # a deviation from the own median counts so much beside one from what is implied
ALARM_SURPRISE = 7.0  # one run in 1,100
LARGEST_LOG = math.log(1000.0)


class RunFacts(NamedTuple):
    """A run as the baselines see it: values by name, and its start in epoch seconds."""

    values: Mapping[str, float]
    declared: Mapping[str, float]
    at: float
    failed: bool


class Comparison(NamedTuple):
    """``strangeness`` is signed: alarms begin at +-1. The others are in the measure's unit: nine tenths of the runs in
    such circumstances lie between ``low`` and ``high``."""

    strangeness: float
    expected: float
    low: float
    high: float


class ConditionalBaselines:
    """A regression of every measure on all others, on what was declared, and on its own recent level.

    In logarithms, from means and covariances alone (`Covariation`); how rare a deviation from it is, its `Tail` says. A
    measure is also compared with its own median at 60 % of the surprise: a run that is small in every respect fits
    itself. What is learned of anomalous runs, `Incidents` says; once ten in a row agree on a new relation between the
    measures, it is the normal one. Only detection learns this.
    """

    __slots__ = ("columns", "incidents")

    def __init__(self) -> None:
        self.columns = ConditionalColumns()
        self.incidents = Incidents()

    def compare(self, run: RunFacts, medians: Measures) -> dict[str, Comparison]:
        """Each measure of which 20 deviations are known. Pure."""
        residuals = self.columns.residuals(self._row(run))
        found: dict[str, Comparison] = {}
        for name, value in run.values.items():
            placed, usual = self.columns.get(name), medians.get(name)
            if placed is None or usual is None or len(placed.column.joint) < MIN_VALUES:
                continue
            own = _own_deviation(placed.column, value, usual.median, run.at)
            found[name] = _comparison(placed.column, value, float(residuals[placed.place]), own, failed=run.failed)
        return found

    def update(self, run: RunFacts, medians: Measures, usual_declared: Measures, *, anomalous: bool) -> None:
        """Learn an ended run. The medians are those before it."""
        self.incidents.update(anomalous)
        row = self._row(run)
        residuals = self.columns.residuals(row)
        if self.incidents.learned() and self.columns.covariation.runs >= MIN_RUNS:
            self._learn_deviations(run, residuals, medians)
        if anomalous:
            self._settle(run, residuals, medians)
        elif not run.failed:
            self.columns.learn(row)
        if not run.failed:
            self._learn_values(run, medians, anomalous=anomalous)
        if not run.failed and not anomalous:
            self.columns.admit(run.values, medians, run.declared, usual_declared)

    def shift(self, name: str, former: float, present: float) -> None:
        """A new level of a measure was accepted: its median moved."""
        placed = self.columns.get(name)
        if placed is None:
            return
        placed.column.pending = PendingLevel()
        if not placed.column.scale(former, present):
            self.columns.move(name, placed.column.logarithm(present) - placed.column.logarithm(former))

    def _row(self, run: RunFacts) -> Floats:
        return self.columns.row(run.values, run.declared, run.at)

    def _learn_deviations(self, run: RunFacts, residuals: Floats, medians: Measures) -> None:
        most = self.incidents.learned()
        for name, value in run.values.items():
            placed, usual = self.columns.get(name), medians.get(name)
            if placed is None or usual is None:
                continue
            deviations = {placed.column.failed if run.failed else placed.column.joint: float(residuals[placed.place])}
            if not run.failed:
                deviations[placed.column.own] = _own_deviation(placed.column, value, usual.median, run.at)
            for tail, deviation in deviations.items():
                if math.isinf(most):
                    tail.update(deviation)
                else:
                    tail.update_at_most(deviation, most)

    def _learn_values(self, run: RunFacts, medians: Measures, *, anomalous: bool) -> None:
        for name, value in run.values.items():
            placed, usual = self.columns.get(name), medians.get(name)
            if placed is not None and usual is not None:
                column = placed.column
                (column.learn_anomalous if anomalous else column.learn)(value, run.at, median=usual.median)

    def _settle(self, run: RunFacts, residuals: Floats, medians: Measures) -> None:
        """Hold the strangest value beside its baseline: that the others do not fit to it is its doing."""
        strangest, name, placed = 0.5 * ALARM_SURPRISE, "", None
        for each in run.values:
            candidate = self.columns.get(each)
            if candidate is not None:
                surprise = candidate.column.joint.surprise(float(residuals[candidate.place]))
                if surprise > strangest:
                    strangest, name, placed = surprise, each, candidate
        measure = medians.measure(name)
        # What lies far from its own median is settled there, and `shift` says so.
        if placed is None or measure is None or measure.pending.count:
            return
        residual = float(residuals[placed.place])
        edge = placed.column.joint.edge(residual)
        placed.column.pending.update(residual / edge)
        level = placed.column.pending.get()
        if level is not None:
            self.columns.move(name, level * edge)
            placed.column.pending = PendingLevel()

    def to_json(self) -> dict[str, Any]:
        """The columns', and the incidents."""
        return {**self.columns.to_json(), "incidents": self.incidents.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value."""
        baselines = cls()
        baselines.columns = ConditionalColumns.from_json(value)
        baselines.incidents = Incidents.from_json(value["incidents"])
        return baselines


def strangeness_of(surprise: float) -> float:
    """``exp(surprise - 7)``, at most 1,000: an alarm begins at 1, where one run in 1,100 is expected.

    >>> round(strangeness_of(7.0), 2), round(strangeness_of(6.0), 2), round(strangeness_of(8.0), 2)
    (1.0, 0.37, 2.72)
    """
    return math.exp(min(surprise - ALARM_SURPRISE, LARGEST_LOG)) if surprise > 0.0 else 0.0


def _own_deviation(column: ConditionalColumn, value: float, median: float, at: float) -> float:
    return column.logarithm(value) - column.logarithm(median) - column.season(at)


def _comparison(column: ConditionalColumn, value: float, residual: float, own: float, *, failed: bool) -> Comparison:
    surprise, own_surprise = column.joint.surprise(residual), OWN_SHARE * column.own.surprise(own)
    if failed and len(column.failed) >= MIN_VALUES:
        surprise, own_surprise = min(surprise, column.failed.surprise(residual)), 0.0
    deviation, tail = residual, column.joint
    if own_surprise > surprise:
        deviation, tail, surprise = own, column.own, own_surprise
    expected = column.logarithm(value) - deviation
    return Comparison(
        math.copysign(strangeness_of(surprise), deviation),
        column.value(expected),
        column.value(expected - tail.edge(-1.0)),
        column.value(expected + tail.edge(1.0)),
    )
