"""What a replay did."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """``rows`` ended in this replay, at ``rows_per_second``: from the first request until nothing was left to decide
    (with ``waited``), or until the last one was sent. ``decided`` counts what the engines decided since the replay of
    this slice was first begun; it is empty where an interruption left no time to count.
    """

    workspace_id: str
    rows: int
    pipelines: int
    items_sent: int
    requests: int
    seconds: float
    sending_seconds: float
    rows_per_second: float
    decided: Mapping[str, int]
    dead_letters: int
    events_left: int
    backlog_peak: int
    retries: int
    resumed_from: int
    complete: bool
    waited: bool
    interrupted: bool

    def to_json(self) -> dict[str, object]:
        """The result as a JSON object."""
        return asdict(self)
