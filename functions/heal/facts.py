"""The facts that rules ask for, from what `heal` is shown of a failure."""

from collections.abc import Mapping
from typing import Any

from functions.heal.rule import Fact
from functions.heal.services import fallback_of

FACTS: Mapping[str, str] = {
    "family": "the cause's family, or unknown",
    "subcause": "the cause, or unknown",
    "transient": "whether an identical retry can help",
    "stuck": "whether the run hangs",
    "retries": "retries of this failure that did not help",
    "restarts": "restarts of this failure's worker that did not help",
    "scaled": "raises of its resources that did not help",
    "extended": "raises of its time limit that did not help",
    "switched": "switches of a service that did not help",
    "rolled_back": "rollbacks that did not help",
    "memory_mb": "its memory limit",
    "cpu": "its CPU limit",
    "timeout_seconds": "its time limit",
    "usual_share": "how much of its time limit it usually takes, 0..1",
    "fallback": "whether the service at fault has another choice",
    "changed": "settings that a person changed since the last success",
    "known_good": "whether there is a known-good configuration before this one",
    "completed": "completed ones among its last forty runs",
    "passed_by_itself": "how often the same error was gone in the next run though nothing was changed",
}

UNKNOWN = "unknown"
DRIFT = "setting_changed"
STUCK = "worker_hung"
_COUNTS = {
    "retry_stage": "retries",
    "restart_worker": "restarts",
    "scale_resources": "scaled",
    "increase_timeout": "extended",
    "switch_fallback": "switched",
    "rollback_config": "rolled_back",
}


def cause_of(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """The cause to act on, ``{}`` where none is known.

    A changed setting that healing itself changed for this failure is no news: what it was tried against still is the
    cause.
    """
    causes = context["causes"]
    if not causes:
        return {}
    ours = {".".join(change["path"]) for action in context["actions"] for change in _changes(action)}
    if causes[0].get("subcause") == DRIFT and len(causes) > 1 and ours & set(_changed_settings(causes[0])):
        second: Mapping[str, Any] = causes[1]
        return second
    first: Mapping[str, Any] = causes[0]
    return first


def facts_of(context: Mapping[str, Any], *, stuck: bool = False) -> dict[str, Fact]:
    """Every fact that is known."""
    cause = cause_of(context)
    config = context["pipeline"]["config"]
    facts: dict[str, Fact] = {
        "family": cause.get("family") or UNKNOWN,
        "subcause": STUCK if stuck else cause.get("subcause") or UNKNOWN,
        "transient": bool(cause.get("transient")),
        "stuck": stuck,
        "fallback": fallback_of(context, cause) is not None,
        "known_good": context["known_good"] is not None,
        "completed": context["usual"]["completed"],
        "passed_by_itself": context["usual"]["passed_by_itself"],
        "changed": len(person_changes(context, cause)),
    }
    for action, count in _COUNTS.items():
        facts[count] = sum(1 for tried in context["actions"] if did_not_help(tried, action))
    for setting in ("memory_mb", "cpu", "timeout_seconds"):
        value = config.get(setting)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            facts[setting] = value
    seconds = context["usual"]["seconds"]
    if seconds is not None and "timeout_seconds" in facts:
        facts["usual_share"] = seconds / float(facts["timeout_seconds"])
    return facts


def did_not_help(tried: Mapping[str, Any], action: str) -> bool:
    """Whether an action of the failure was this one, and ineffective."""
    return bool(tried["action"] == action and tried["status"] == "ineffective")


def person_changes(context: Mapping[str, Any], cause: Mapping[str, Any]) -> list[str]:
    """Settings changed since the last success, but for those that healing changed for this failure."""
    ours = {".".join(change["path"]) for action in context["actions"] for change in _changes(action)}
    return [setting for setting in _changed_settings(cause) if setting not in ours]


def _changed_settings(cause: Mapping[str, Any]) -> list[str]:
    changes = (cause.get("evidence") or {}).get("changes") or ()
    return [str(change["where"])[7:] for change in changes if str(change.get("where", "")).startswith("config.")]


def _changes(action: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((action.get("request") or {}).get("changes") or ())
