"""How a pipeline's runs ended, from every side that tells the next one's chances."""

from collections.abc import Mapping
from typing import Any, Self

from shared.execution import FAILED, SUCCEEDED, Execution
from shared.outcome_history import OutcomeHistory
from shared.run_context import attempt_key, context_keys, trigger_key, version_key
from shared.short_key import short_key
from shared.signatures import fingerprint_of
from shared.statistics.error_memory import ErrorMemory
from shared.statistics.last_outcomes import LastOutcomes
from shared.statistics.outcome_table import OutcomeTable
from shared.statistics.run_rates import RunRates
from shared.statistics.stored import stored_moment
from shared.statistics.streak import Streak

MAX_CONTEXTS = 48
MAX_STAGES = 64
STAGE_HALF_LIFE_RUNS = 30.0


class PipelineOutcomes:
    """Failure rates by runs and by time, streaks, and counts per context and per stage of one pipeline.

    Times are epoch seconds; None where it never happened.
    """

    __slots__ = (
        "after_failure",
        "after_success",
        "contexts",
        "errors",
        "history",
        "last_failure",
        "last_outcomes",
        "last_success",
        "rates",
        "stages",
        "streak",
    )

    def __init__(self) -> None:
        self.rates = RunRates()
        self.after_failure = RunRates()
        self.after_success = RunRates()
        self.history = OutcomeHistory()
        self.streak = Streak()
        self.last_outcomes = LastOutcomes()
        self.errors = ErrorMemory()
        self.contexts = OutcomeTable(capacity=MAX_CONTEXTS)
        self.stages = OutcomeTable(capacity=MAX_STAGES, half_life_runs=STAGE_HALF_LIFE_RUNS)
        self.last_success: float | None = None
        self.last_failure: float | None = None

    def update(self, execution: Execution, *, at: float, failed: bool) -> None:
        """Learn a run that succeeded or failed at ``at``."""
        if self.streak.current:
            (self.after_failure if self.streak.current < 0 else self.after_success).update(failed)
        self.rates.update(failed)
        self.history.update(at, failed)
        self.streak.update(failed)
        self.last_outcomes.update(failed)
        for key in (attempt_key(execution), trigger_key(execution), version_key(execution), *context_keys(execution)):
            self.contexts.update(key, failed)
        for stage in execution.stages:
            if stage.status in (SUCCEEDED, FAILED):
                self.stages.update(short_key(stage.name), stage.status == FAILED)
        if failed:
            self.last_failure = at
            self.errors.update(at, fingerprint_of(execution.error_message))
        else:
            self.last_success = at
            self.errors.clear_burst()

    def to_json(self) -> dict[str, Any]:
        """One entry per part."""
        return {
            "rates": self.rates.to_json(),
            "after_failure": self.after_failure.to_json(),
            "after_success": self.after_success.to_json(),
            "history": self.history.to_json(),
            "streak": self.streak.to_json(),
            "last_outcomes": self.last_outcomes.to_json(),
            "errors": self.errors.to_json(),
            "contexts": self.contexts.to_json(),
            "stages": self.stages.to_json(),
            "last_success": self.last_success,
            "last_failure": self.last_failure,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value."""
        outcomes = cls()
        outcomes.rates = RunRates.from_json(value["rates"])
        outcomes.after_failure = RunRates.from_json(value["after_failure"])
        outcomes.after_success = RunRates.from_json(value["after_success"])
        outcomes.history = OutcomeHistory.from_json(value["history"])
        outcomes.streak = Streak.from_json(value["streak"])
        outcomes.last_outcomes = LastOutcomes.from_json(value["last_outcomes"])
        outcomes.errors = ErrorMemory.from_json(value["errors"])
        outcomes.contexts = OutcomeTable.from_json(value["contexts"], capacity=MAX_CONTEXTS)
        outcomes.stages = OutcomeTable.from_json(
            value["stages"], capacity=MAX_STAGES, half_life_runs=STAGE_HALF_LIFE_RUNS
        )
        outcomes.last_success = stored_moment(value["last_success"])
        outcomes.last_failure = stored_moment(value["last_failure"])
        return outcomes
