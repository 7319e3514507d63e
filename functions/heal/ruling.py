"""What is ruled on before anything is done, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.heal.plan import Step
from functions.heal.policy import Policy


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a step: ``act``, ``ask``, ``wait`` (until a moment, or behind the breaker), ``dry_run`` or
    ``person_needed``."""

    decision: str
    why: str
    until: datetime | None = None
    behind_breaker: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be ruled on. ``approved``: an admin has said yes to exactly this plan."""

    step: Step
    policy: Policy
    context: Mapping[str, Any]
    now: datetime
    approved: bool
