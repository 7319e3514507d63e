"""What a worker is told to do, and what it reports: JSON, a line each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at a batch: these stages, in this order, in ``folder``, with these variables and limits.

    ``retries``: how often a stage that failed is tried again at once. ``logs`` is where the stages' output goes.
    ``leaves_a_process``: a process that holds the worker's lock for ever is left in the way.
    """

    run: str
    key: str
    stages: Sequence[str]
    folder: str
    logs: str
    lock: str
    variables: Mapping[str, str]
    timeout_seconds: float | None = None
    memory_mb: float | None = None
    retries: int = 0
    leaves_a_process: bool = False

    def to_json(self) -> str:
        """One line."""
        return json.dumps({"job": asdict(self)})

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From what `to_json` wrote.

        >>> job = Job("r", "k", ["load"], "/f", "/l", "/k", {})
        >>> Job.of(json.loads(job.to_json())["job"]) == job
        True
        """
        return cls(**document)


@dataclass(frozen=True, slots=True)
class Report:
    """``event``: ``stage_started``, ``stage_ended``, ``worker_ended``. Seconds, CPU seconds and MB as measured."""

    run: str
    event: str
    at: str
    stage: str = ""
    attempt: int = 1
    status: str = ""
    error: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0
    rows: float | None = None

    def to_json(self) -> str:
        """One line of less than 4,096 bytes, so that lines of several writers to a pipe do not mix."""
        document = asdict(self)
        document["error"] = self.error[:500]
        return json.dumps(document)
