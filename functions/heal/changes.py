"""What each action changes in a pipeline's configuration: ``[{"path", "before", "after"}]``."""

from collections.abc import Mapping
from typing import Any

from functions.heal.facts import cause_of, did_not_help
from functions.heal.services import fallback_of

LADDER = (1.5, 2.0, 3.0)
SETTINGS = {"memory_exhausted": "memory_mb", "cpu_starved": "cpu"}
CEILINGS = {"memory_mb": "memory_ceiling_mb", "timeout_seconds": "timeout_ceiling_seconds"}

Change = dict[str, Any]


def changes_of(action: str, context: Mapping[str, Any]) -> list[Change] | None:
    """The changes of an action's next rung; None where none is left. Rollbacks and retries change no setting.

    What did not help was taken back, so every rung starts from the same value: x1.5, x2, x3 of it.
    """
    config = context["pipeline"]["config"]
    if action == "switch_fallback":
        other = fallback_of(context, cause_of(context))
        path = ["services", other.service, "active"] if other else []
        return [{"path": path, "before": other.active, "after": other.other}] if other else None
    if action == "increase_timeout":
        setting = "timeout_seconds"
    elif action == "scale_resources":
        setting = SETTINGS.get(str(cause_of(context).get("subcause")), "")
    else:
        return []
    before = config.get(setting)
    if not isinstance(before, int | float) or isinstance(before, bool):
        return None
    tried = sum(1 for one in context["actions"] if did_not_help(one, action))
    after = next_rung(before, tried, ceiling=_ceiling(setting, before, context))
    return None if after is None else [{"path": [setting], "before": before, "after": after}]


def next_rung(base: float, tried: int, *, ceiling: float) -> float | None:
    """The next larger value after so many rungs, never above the ceiling; None where nothing larger is allowed.

    >>> [next_rung(512, tried, ceiling=1536) for tried in range(4)]
    [768, 1024, 1536, None]
    >>> next_rung(512, 1, ceiling=900), next_rung(512, 2, ceiling=900)
    (900, None)
    """
    rungs: list[float] = []
    for factor in LADDER:
        value = min(base * factor, ceiling)
        if value > max([base, *rungs]):
            rungs.append(int(value) if float(value).is_integer() else value)
    return rungs[tried] if tried < len(rungs) else None


def _ceiling(setting: str, before: float, context: Mapping[str, Any]) -> float:
    """The policy's ceiling; without one, three times what a person last set."""
    allowed = context["policy"].get(CEILINGS.get(setting, ""))
    if allowed is not None:
        return float(allowed)
    by_person = (context["person_config"] or {}).get(setting)
    base = by_person if isinstance(by_person, int | float) and not isinstance(by_person, bool) else before
    return float(base) * LADDER[-1]
