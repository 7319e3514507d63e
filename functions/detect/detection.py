"""What `detect` answers."""

from dataclasses import dataclass
from typing import Literal

GuardrailAction = Literal["continue", "watch", "hold_downstream", "pause_pipeline", "open_incident"]
Direction = Literal["above", "below", "unexpected"]
Status = Literal["ok", "learning"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run is strange: what was measured, what was expected (None: no range), its weight.

    ``feature`` is the measure, or ``rule:<id>``. ``weight`` in 0..1 is the score this reason alone would give.
    """

    feature: str
    value: float | None
    expected_low: float | None
    expected_high: float | None
    unit: str
    direction: Direction
    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Detection:
    """How strange one ended run is. ``score`` in 0..1, strongest reason first.

    ``status`` is ``learning`` while ``runs_missing`` successful runs are needed before measures are compared.
    ``strangeness`` is what the score was made of, before the pipeline's own level ``alarm_from`` was applied.
    """

    score: float
    is_anomaly: bool
    reasons: tuple[Reason, ...]
    guardrail_action: GuardrailAction
    status: Status = "ok"
    runs_missing: int = 0
    strangeness: float = 0.0
    alarm_from: float = 1.0
