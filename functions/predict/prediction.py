"""What `predict` answers."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "learning"]


@dataclass(frozen=True, slots=True)
class Factor:
    """A reason that moved the probability: ``effect`` in logits, positive towards failure; ``text`` in plain words."""

    feature: str
    value: float
    effect: float
    text: str


@dataclass(frozen=True, slots=True)
class StageRisk:
    """The failure probability of one stage, and the runs of it that are known (recent ones weigh more)."""

    stage: str
    failure_probability: float
    runs: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The chances of one run. Probabilities in 0..1, durations in seconds; None where not known yet.

    ``status`` is ``learning`` while ``runs_missing`` runs of the pipeline are needed before its own history speaks.
    """

    failure_probability: float
    success_probability: float
    factors: tuple[Factor, ...] = ()
    stage_risks: tuple[StageRisk, ...] = ()
    expected_duration_seconds: float | None = None
    expected_duration_low_seconds: float | None = None
    expected_duration_high_seconds: float | None = None
    timeout_probability: float | None = None
    status: Status = "ok"
    runs_missing: int = 0
    model: str = "heuristic"
