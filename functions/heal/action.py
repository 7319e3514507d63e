"""The actions that there are: their risk, what they need, and how they are undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ActionName = Literal[
    "retry_stage", "restart_worker", "increase_timeout", "scale_resources", "switch_fallback", "rollback_config"
]


@dataclass(frozen=True, slots=True)
class Action:
    """``risk_tier`` 1 to 3: 1 changes nothing, 2 one setting, 3 the whole configuration."""

    name: ActionName
    risk_tier: int
    does: str
    undo: str


_RESTORED = "The configuration is put back as it was, exactly, from the snapshot."

ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action("retry_stage", 1, "Run the failed stage and what depends on it again.", "Nothing was changed."),
        Action("restart_worker", 1, "End the hung worker and run again.", "Nothing was changed."),
        Action("increase_timeout", 2, "Raise the time limit, and run again.", _RESTORED),
        Action("scale_resources", 2, "Give it more, and run again.", _RESTORED),
        Action("switch_fallback", 2, "Use the other service, and run again.", _RESTORED),
        Action("rollback_config", 3, "Put the last known-good configuration back, and run again.", _RESTORED),
    )
}
