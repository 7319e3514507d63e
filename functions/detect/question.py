"""What may be asked of `detect` directly."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field, NonNegativeFloat

from shared.question import Numbers, Question


class EndedRun(Question):
    """A recorded run, or the measures of a run that might be."""

    status: Literal["completed", "failed", "cancelled"] = "completed"
    completed_at: AwareDatetime | None = None
    duration_seconds: NonNegativeFloat | None = Field(default=None, allow_inf_nan=False)
    data_volume_mb: NonNegativeFloat | None = Field(default=None, allow_inf_nan=False)
    rows_processed: NonNegativeFloat | None = Field(default=None, allow_inf_nan=False)
    error_message: str | None = Field(default=None, max_length=100_000)
    metrics: Numbers = Field(default_factory=dict)

    def supposed_row(self, now: Any) -> dict[str, Any]:
        """The row of an ended run that might be."""
        return {**super().supposed_row(now), "completed_at": self.completed_at or now}
