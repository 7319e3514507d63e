"""What is known of one pipeline: learned from its ended runs, asked when the next one starts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from shared.errors import FlexiRoasterError
from shared.execution import Execution
from shared.feature_vector import feature_vector
from shared.outcome_history import OutcomeHistory
from shared.pipeline_measures import PipelineMeasures, measured_values
from shared.pipeline_outcomes import PipelineOutcomes
from shared.pipeline_strangeness import PipelineStrangeness, Strangeness
from shared.recent_runs import RecentRuns
from shared.statistics.rhythm import Rhythm
from shared.statistics.starts import Starts
from shared.statistics.stored import stored_count, stored_moment
from shared.statistics.version_age import VersionAge

VERSION = 1


class StateError(FlexiRoasterError, ValueError):
    """The stored state cannot be read; begin with an empty one."""


class StateVersionError(StateError):
    """The stored state was written by another version of the code; begin with an empty one."""


class PipelineState:
    """A small value that scores then learns. Its JSON is bounded: 8 KB with up to eight metrics, 22 KB with any number,
    and up to 70 KB more where detection learns which runs are ordinary.

    A state without runs answers with the workspace's figures and says so (``runs``, which counts successes and
    failures, is 0).
    """

    __slots__ = ("last_end", "measures", "outcomes", "recent", "rhythm", "runs", "starts", "strangeness", "version_age")

    def __init__(self) -> None:
        self.runs = 0
        self.last_end: float | None = None
        self.outcomes = PipelineOutcomes()
        self.measures = PipelineMeasures()
        self.strangeness = PipelineStrangeness()
        self.rhythm = Rhythm()
        self.starts = Starts()
        self.version_age = VersionAge()
        self.recent = RecentRuns()

    def vector(
        self, execution: Execution, *, now: datetime, owner: OutcomeHistory, workspace: OutcomeHistory
    ) -> list[float]:
        """The features of a run that starts at ``now``, in the order of ``features.FEATURES``. Pure.

        Uses nothing of the execution that is unknown at its start: an ended run gives the same numbers as its
        ``as_started()``. Every number is finite and fits float32.
        """
        return feature_vector(self, execution, now=now.timestamp(), owner=owner, workspace=workspace)

    def update(self, execution: Execution, *, anomalous: bool = False, strangeness: Strangeness | None = None) -> bool:
        """Learn an ended run. False where there was nothing to learn: not ended, or among the last 32 learned.

        An anomalous run's outcome is learned like any other; its measures stay out of the baselines until ten
        anomalous runs in a row agree on a new level. A cancelled run moves the clock and nothing else.
        ``strangeness`` is what detection found; other engines find nothing and do not learn it.
        """
        if not execution.has_ended or not self.recent.update(execution.id):
            return False
        at = execution.ended_at.timestamp()
        self.last_end = at
        begun_at = execution.begun_at.timestamp()
        self.rhythm.update(begun_at)
        # A run that repeats another comes when that one failed, and not when the pipeline's own time has come.
        if execution.attempt == 1 and execution.trigger_type != "healing":
            self.starts.update(begun_at, ended=at, lag=execution.created_at.timestamp() - begun_at)
        failed = execution.failed
        if failed is not None:
            self.outcomes.update(execution, at=at, failed=failed)
            self.measures.update(execution, failed=failed, anomalous=anomalous, judged=strangeness is not None)
            if strangeness is not None:
                values = measured_values(execution)
                self.strangeness.update(values, strangeness, failed=failed, anomalous=anomalous)
            self.version_age.update(execution.config_version, at)
            self.runs += 1
        return True

    def to_json(self) -> dict[str, Any]:
        """A value that ``json.dumps`` takes and `from_json` reads back exactly."""
        return {
            "version": VERSION,
            "runs": self.runs,
            "last_end": self.last_end,
            "outcomes": self.outcomes.to_json(),
            "measures": self.measures.to_json(),
            "strangeness": self.strangeness.to_json(),
            "rhythm": self.rhythm.to_json(),
            "starts": self.starts.to_json(),
            "version_age": self.version_age.to_json(),
            "recent": self.recent.to_json(),
        }

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read `to_json`'s value.

        Raises:
            StateVersionError: it was written by another version of this code.
            StateError: it is no state.
        """
        if not isinstance(value, Mapping):
            raise StateError(f"a pipeline state is an object, not {type(value).__name__}")
        if value.get("version") != VERSION:
            raise StateVersionError(
                f"pipeline state of version {value.get('version')!r:.20}; this code reads {VERSION}"
            )
        state = cls()
        try:
            state.runs = stored_count(value["runs"])
            state.last_end = stored_moment(value["last_end"])
            state.outcomes = PipelineOutcomes.from_json(value["outcomes"])
            state.measures = PipelineMeasures.from_json(value["measures"])
            state.strangeness = PipelineStrangeness.from_json(value.get("strangeness"))
            state.rhythm = Rhythm.from_json(value["rhythm"])
            # States that were stored before starts were learned begin to learn them now.
            state.starts = Starts.from_json(value["starts"]) if "starts" in value else Starts()
            state.version_age = VersionAge.from_json(value["version_age"])
            state.recent = RecentRuns.from_json(value["recent"])
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise StateError(f"the pipeline state cannot be read: {error!r:.200}") from error
        return state
