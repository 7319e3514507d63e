"""What a pipeline's runs usually measure, and how strange the last one was."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from shared.execution import Execution
from shared.measures import Measures
from shared.signatures import fingerprint_of
from shared.statistics.stored import stored_count, stored_number

if TYPE_CHECKING:
    from shared.conditional_baselines import Comparison, ConditionalBaselines, RunFacts
    from shared.statistics.failure_evidence import FailureEvidence

MAX_METRICS = 64
STALE_AFTER_RUNS = 20
MAX_DECLARED = 8
MAX_DECLARED_VALUES = 160
DURATION, VOLUME, ROWS = "duration_seconds", "data_volume_mb", "rows_processed"
MAX_DEVIATION = 50.0
LEARNED_IN_A_ROW = 3  # a long incident teaches how often a pipeline fails as if it had been three runs long


def measured_values(execution: Execution) -> dict[str, float]:
    """Everything measured in a run: duration, data volume, rows, then its metrics (a metric does not replace them)."""
    values: dict[str, float] = {}
    if execution.duration_seconds is not None:
        values[DURATION] = execution.duration_seconds
    if execution.data_volume_mb is not None:
        values[VOLUME] = execution.data_volume_mb
    if execution.rows_processed is not None:
        values[ROWS] = execution.rows_processed
    return values | {name: value for name, value in execution.metrics.items() if name not in values}


class PipelineMeasures:
    """Baselines of what runs measure (``measured``) and of what they declare before they start (``declared``).

    Measures of successful runs are learned. A failed run is measured against them and leaves them alone, since it
    stopped somewhere on the way; an anomalous one too (`Measures.withhold` says when it becomes the new normal).
    ``conditional`` and ``failures`` are learned where runs are judged; elsewhere they are None, and NumPy stays away.
    """

    __slots__ = (
        "anomalies_in_a_row",
        "conditional",
        "declared",
        "failures",
        "last_duration_deviation",
        "last_measure_deviation",
        "measured",
    )

    def __init__(self) -> None:
        self.measured = Measures(capacity=MAX_METRICS + 3, stale_after=STALE_AFTER_RUNS)
        self.declared = Measures(capacity=MAX_DECLARED, max_values=MAX_DECLARED_VALUES)
        self.conditional: ConditionalBaselines | None = None
        self.failures: FailureEvidence | None = None
        self.last_duration_deviation = 0.0
        self.last_measure_deviation = 0.0
        self.anomalies_in_a_row = 0

    def compare(self, execution: Execution) -> "dict[str, Comparison]":
        """Each measure of an ended run against what the rest of the run implies, where enough is known. Pure."""
        if self.conditional is None:
            return {}
        return self.conditional.compare(_facts_of(execution), self.measured)

    def update(self, execution: Execution, *, failed: bool, anomalous: bool, judged: bool) -> None:
        """Score the run's measures against their baselines, then learn them; ``judged``: by detection."""
        values = measured_values(execution)
        self._learn_deviations(values, failed=failed)
        self.anomalies_in_a_row = self.anomalies_in_a_row + 1 if anomalous else 0
        if judged:
            self._learn_judged(execution, failed=failed, anomalous=anomalous)
        if anomalous:
            for name, (former, present) in self.measured.withhold(values).items():
                if self.conditional is not None:
                    self.conditional.shift(name, former, present)
        elif not failed:
            self.measured.update(values)
        self.declared.update(execution.metadata)

    def _learn_judged(self, execution: Execution, *, failed: bool, anomalous: bool) -> None:
        if self.conditional is None or self.failures is None:
            from shared.conditional_baselines import ConditionalBaselines
            from shared.statistics.failure_evidence import FailureEvidence

            self.conditional, self.failures = ConditionalBaselines(), FailureEvidence()
        error = fingerprint_of(execution.error_message) if failed else ""
        self.failures.update(failed, error, learn=self.anomalies_in_a_row <= LEARNED_IN_A_ROW)
        self.conditional.update(_facts_of(execution), self.measured, self.declared, anomalous=anomalous)

    def _learn_deviations(self, values: Mapping[str, float], *, failed: bool) -> None:
        duration = strangest = 0.0
        for name, value in values.items():
            measure = self.measured.measure(name)
            deviation = None if measure is None else measure.learn_deviation(value, failed=failed)
            if deviation is None:
                continue
            deviation = min(max(deviation, -MAX_DEVIATION), MAX_DEVIATION)
            if name == DURATION:
                duration = deviation
            elif abs(deviation) > abs(strangest):
                strangest = deviation
        self.last_duration_deviation, self.last_measure_deviation = duration, strangest

    def to_json(self) -> dict[str, Any]:
        """One entry per part."""
        return {
            "measured": self.measured.to_json(),
            "declared": self.declared.to_json(),
            "conditional": None if self.conditional is None else self.conditional.to_json(),
            "failures": None if self.failures is None else self.failures.to_json(),
            "last_duration_deviation": self.last_duration_deviation,
            "last_measure_deviation": self.last_measure_deviation,
            "anomalies_in_a_row": self.anomalies_in_a_row,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value."""
        measures = cls()
        measures.measured = Measures.from_json(
            value["measured"], capacity=MAX_METRICS + 3, stale_after=STALE_AFTER_RUNS
        )
        measures.declared = Measures.from_json(value["declared"], capacity=MAX_DECLARED, max_values=MAX_DECLARED_VALUES)
        if value.get("conditional") is not None:
            from shared.conditional_baselines import ConditionalBaselines
            from shared.statistics.failure_evidence import FailureEvidence

            measures.conditional = ConditionalBaselines.from_json(value["conditional"])
            measures.failures = FailureEvidence.from_json(value["failures"])
        measures.last_duration_deviation = stored_number(value["last_duration_deviation"])
        measures.last_measure_deviation = stored_number(value["last_measure_deviation"])
        measures.anomalies_in_a_row = stored_count(value["anomalies_in_a_row"])
        return measures


def _facts_of(execution: Execution) -> "RunFacts":
    from shared.conditional_baselines import RunFacts

    return RunFacts(
        measured_values(execution),
        execution.metadata,
        execution.begun_at.timestamp(),
        execution.failed is not False,
    )
