"""What becomes of a change that helped: it stays, and a person is told what to decide."""

from collections.abc import Mapping
from typing import Any


def recommendation_for(action: Mapping[str, Any]) -> dict[str, Any] | None:
    """The recommendation that goes with an effective change; None where nothing was changed.

    More memory and more time stay: the input that needed them is likely to come again. A fallback is to be left once
    the first choice is well again, and a rollback says that the newer setting was wrong: both are for a person.
    """
    changes = (action.get("request") or {}).get("changes") or []
    if action["action"] == "rollback_config":
        return {
            "kind": "configuration",
            "title": "Correct the configuration that was rolled back",
            "description": "It runs again with the last known-good configuration; the newer one made it fail.",
            "proposed_change": {"rolled_back_to": action["request"].get("rollback_to")},
        }
    if not changes:
        return None
    change = changes[0]
    where = ".".join(change["path"])
    if action["action"] == "switch_fallback":
        title = f"Switch {where} back to {change['before']} once it is well"
        proposed = {where: change["before"]}
    else:
        title = f"Keep {where} at {change['after']}, or lower it again"
        proposed = {where: change["after"]}
    return {
        "kind": "configuration",
        "title": title,
        "description": f"Healing changed {where} from {change['before']} to {change['after']}, and it helped.",
        "proposed_change": proposed,
    }
