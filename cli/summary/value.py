"""The values of a summary."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from cli.summary.ranking import Share


@dataclass(frozen=True, slots=True)
class Strange:
    """One anomaly: which run, and why, strongest reason first."""

    pipeline: str
    started_at: datetime | None
    status: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is stored of a workspace's runs, and what the engines said of them."""

    pipelines: int
    outcomes: Mapping[str, int]
    first_started_at: datetime | None
    last_started_at: datetime | None
    predictions: int
    roc_auc: float | None
    told_likely: Share
    told_unlikely: Share
    detections: int
    anomalies: int
    strangest: tuple[Strange, ...]
    dead_letters: int

    @property
    def runs(self) -> int:
        """How many runs are over."""
        return sum(self.outcomes.values())

    def to_json(self) -> dict[str, object]:
        """The summary as a JSON object; times in ISO 8601."""
        return {"runs": self.runs, **asdict(self)}
