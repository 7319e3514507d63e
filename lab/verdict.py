"""What came of one case, beside the truth."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """``struck``: it failed as it should (a control: it did not). ``handed_over``: a person was told and asked.
    ``verified``: the engines found that an action of theirs was effective.

    ``said``: what healing last gave as its reasons.
    ``attempts`` and ``wasted``: runs after the first, and those of them that failed. Seconds from the first failure.
    ``unsafe``: actions that could do harm or were for nothing. ``unrestored``: a change that did not help was kept.
    ``probes``: attempts while an outage lasted; ``after_outage_seconds``: from its end to the repair.
    """

    fault: str
    policy: str
    seed: int
    healable: bool
    struck: bool
    detected: bool
    cause: str
    cause_right: bool
    healed: bool
    verified: bool
    handed_over: bool
    attempts: int
    wasted: int
    seconds_to_repair: float | None
    seconds_to_action: float | None
    actions: tuple[str, ...]
    said: str
    unsafe: int
    unrestored: int
    rows_lost: int
    rows_doubled: int
    probes: int = 0
    after_outage_seconds: float | None = None

    @property
    def is_control(self) -> bool:
        """Whether nothing was wrong."""
        return self.fault.startswith("control")

    def to_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)
