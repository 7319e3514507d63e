"""What an engine was handed: events to decide on, and all that is needed to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from shared.execution import Execution

STARTED, ENDED = "started", "ended"
MAX_CLOCK_LEAD = timedelta(days=1)

# A pipeline as the database describes it to its engines: name, owner_id, config, timeout_seconds, schedule_cron,
# stages, and the etag of the state that the engine has learned (None before the first).
Pipeline = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a run: it ``started``, it ``ended``, or ``stage:<name>`` ended."""

    id: int
    phase: str
    pipeline_id: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A registered model: where its bytes are and what they must be."""

    id: str
    model_version: str
    object_key: str
    sha256: str
    size_bytes: int
    feature_fingerprint: str
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Challenger:
    """A model that is tried beside production: in ``shadow`` it only answers, as a ``canary`` it serves a share."""

    rung: str
    percent: float
    reference: ModelReference


@dataclass(frozen=True, slots=True)
class Claim:
    """One batch. ``more`` without events: a writer is in flight, ask again soon."""

    lease: str
    workspace_id: str
    claimed_at: datetime
    events: Sequence[Event]
    more: bool
    pipelines: Mapping[str, Pipeline] = field(default_factory=dict)
    histories: Sequence[Mapping[str, Any]] = ()
    models: Mapping[str, ModelReference] = field(default_factory=dict)
    challengers: Mapping[str, Sequence[Challenger]] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """A claim from the answer of ``claim_events``. Rows are read one by one later: one bad row is one bad event."""
        return cls(
            lease=document["lease"],
            workspace_id=document["workspace_id"],
            claimed_at=datetime.fromisoformat(document["claimed_at"]),
            events=[
                Event(event["id"], event["phase"], event["execution"]["pipeline_id"], event["execution"])
                for event in document["events"]
            ],
            more=document["more"],
            pipelines=document["pipelines"],
            histories=document["histories"],
            models={kind: ModelReference(**model) for kind, model in document["models"].items()},
            challengers={
                kind: [Challenger(one["rung"], one["percent"], ModelReference(**one["model"])) for one in challengers]
                for kind, challengers in document["challengers"].items()
            },
        )


def execution_of(row: Mapping[str, Any], pipeline: Pipeline, *, now: datetime) -> Execution:
    """The run of a row, with the owner that the pipeline's outcomes are counted under.

    A time more than a day ahead of ``now`` is not believed: a run that claims to have ended in 2099 must not make
    everything before it look a lifetime old.

    Raises:
        RowError: the row cannot be a run.
    """
    execution = Execution.from_row({**row, "owner_id": pipeline["owner_id"]})
    latest = now + MAX_CLOCK_LEAD
    if max(execution.ended_at, execution.begun_at, execution.created_at) <= latest:
        return execution
    return replace(
        execution,
        created_at=min(execution.created_at, now),
        started_at=_believed(execution.started_at, latest),
        completed_at=_believed(execution.completed_at, latest),
    )


def _believed(moment: datetime | None, latest: datetime) -> datetime | None:
    return moment if moment is not None and moment <= latest else None
