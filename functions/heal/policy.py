"""The policy in force, read so that nonsense never means yes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

AUTONOMIES = ("off", "dry_run", "approve", "auto")
_COUNTS = (
    "highest_tier_alone",
    "actions_per_hour",
    "actions_per_day",
    "workspace_actions_per_hour",
    "workspace_actions_per_day",
    "attempts_per_failure",
)
_AMOUNTS = ("cooldown_seconds", "cost_per_hour")


@dataclass(frozen=True, slots=True)
class Policy:
    """How far healing may go. ``nonsense`` says what is wrong with the row; then nothing runs alone."""

    autonomy: str
    highest_tier_alone: int
    actions_per_hour: int
    actions_per_day: int
    workspace_actions_per_hour: int
    workspace_actions_per_day: int
    attempts_per_failure: int
    cooldown_seconds: float
    cost_per_hour: float
    budget_per_day: float | None
    kill_switch: bool
    nonsense: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """A policy from its row.

        >>> Policy.of({"autonomy": "auto", "cooldown_seconds": "NaN"}).nonsense
        "cooldown_seconds is 'NaN': it must be a number of at least 0"
        """
        wrong = [
            f"{name} is {row[name]!r}: it must be a number of at least 0"
            for name in (*_COUNTS, *_AMOUNTS, "budget_per_day")
            if row.get(name) is not None and not _is_amount(row[name])
        ]
        if row.get("autonomy") not in AUTONOMIES:
            wrong.append(f"autonomy is {row.get('autonomy')!r}: it must be one of {', '.join(AUTONOMIES)}")
        if wrong:
            # The strictest that there is, whatever the rest of the row says.
            return cls("off", 0, 0, 0, 0, 0, 0, math.inf, 0.0, 0.0, True, "; ".join(wrong))
        amounts: dict[str, Any] = {name: int(row[name]) for name in _COUNTS}
        amounts |= {name: float(row[name]) for name in _AMOUNTS}
        return cls(
            autonomy=row["autonomy"],
            budget_per_day=row.get("budget_per_day"),
            kill_switch=bool(row.get("kill_switch")),
            **amounts,
        )


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
