"""Plans and their history in words."""

from collections.abc import Mapping, Sequence
from typing import Any

_TOTALS = ("attempts", "effective", "harmful", "spent_seconds", "doomed_retries_avoided", "saved_seconds")
DECISIONS = {
    "act": "It acts alone",
    "ask": "It waits for an approval",
    "wait": "It waits",
    "dry_run": "It is only shown",
    "do_not_retry": "It is not retried",
    "person_needed": "A person is needed",
}


def plan_text(plan: Mapping[str, Any]) -> str:
    """A plan: the cause, what is decided and why, and the ladder."""
    cause = str(plan.get("cause") or "unknown").replace("_", " ")
    decision = DECISIONS.get(str(plan["decision"]), str(plan["decision"]))
    lines = [f"Cause: {cause}.", f"{decision}: {'; '.join(plan['reasons'])}."]
    for number, step in enumerate(plan["steps"], start=1):
        lines.append(
            f"{number}. {step['action']} (tier {step['risk_tier']}, expected success {step['expected_success']:.0%}): "
            f"{step['does']} {_changes(step)}"
        )
        lines.append(f"   Why: {step['why']}.")
        lines.append(f"   Undone by: {step['undo']}")
    if plan.get("id"):
        lines.append(f"Plan {plan['id']} is {plan['status']}.")
    return "\n".join(lines)


def history_text(
    plans: Sequence[Mapping[str, Any]], actions: Sequence[Mapping[str, Any]], ledger: Sequence[Mapping[str, Any]]
) -> str:
    """One line for a plan, with what was done of it; the ledger below."""
    if not plans:
        return "Nothing has been planned yet."
    lines = []
    for plan in plans:
        taken = [action for action in actions if action["plan_id"] == plan["id"]]
        did = ", ".join(f"{action['action']} {action['status']}" for action in taken) or plan["decision"]
        lines.append(f"{str(plan['created_at'])[:19]}  {plan['id']}  {plan['status']:<9} {plan['cause']}: {did}")
    total = {name: sum(day[name] or 0 for day in ledger) for name in _TOTALS}
    lines.append(
        f"{total['attempts']} attempts, {total['effective']} effective, {total['harmful']} harmful; "
        f"{total['spent_seconds']:.0f} s spent; {total['doomed_retries_avoided']} doomed retries avoided, "
        f"which would have taken {total['saved_seconds']:.0f} s."
    )
    return "\n".join(lines)


def _changes(step: Mapping[str, Any]) -> str:
    said = [f"{'.'.join(change['path'])}: {change['before']} -> {change['after']}" for change in step["changes"]]
    if step.get("rollback_to") is not None:
        said.append(f"configuration -> version {step['rollback_to']}")
    return f"[{'; '.join(said)}]" if said else ""
