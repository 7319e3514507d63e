"""The limits, in order. Each refusal is a sentence; some pass with time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.heal.breaker import parked
from functions.heal.ruling import Question, Ruling

STOPPED = ("harmful", "undone")
UNDER_WAY = ("planned", "acting", "acted")


def rule_on(question: Question) -> Ruling:
    """The first limit that holds, or ``act``."""
    for limit in LIMITS:
        ruling = limit(question)
        if ruling is not None:
            return ruling
    return Ruling("act", "within the policy" if not question.approved else "approved")


def _policy(asked: Question) -> Ruling | None:
    policy = asked.policy
    if policy.nonsense:
        return Ruling("person_needed", f"the healing policy cannot be followed: {policy.nonsense}")
    if policy.kill_switch:
        return Ruling("ask", "the kill switch is on")
    if policy.autonomy == "off":
        return Ruling("dry_run", "healing is off")
    if policy.autonomy == "dry_run":
        return Ruling("dry_run", "the policy only shows what would be done")
    return None


def _pipeline(asked: Question) -> Ruling | None:
    if not asked.context["pipeline"]["is_active"]:
        return Ruling("person_needed", "the pipeline is not active")
    return None


def _attempts(asked: Question) -> Ruling | None:
    tried = asked.context["actions"]
    under_way = [action for action in tried if action["status"] in UNDER_WAY]
    if under_way:
        until = datetime.fromisoformat(under_way[-1]["verify_by"])
        return Ruling("wait", "an action about this failure is still under way", until)
    if any(action["status"] in STOPPED and not _was_withdrawn(action) for action in tried):
        return Ruling("person_needed", "an action did harm or was not verified in time: healing stops here")
    if len(tried) >= asked.policy.attempts_per_failure:
        return Ruling("person_needed", f"{len(tried)} actions were tried, no more are allowed for one failure")
    return None


def _was_withdrawn(action: Mapping[str, Any]) -> bool:
    """Whether a breaker took an action back before it began."""
    return action["status"] == "undone" and "verdict" not in (action.get("evidence") or {})


def _budget(asked: Question) -> Ruling | None:
    policy, used = asked.policy, asked.context["usage"]
    if policy.budget_per_day is None:
        return None
    next_cost = (asked.context["usual"]["seconds"] or 0.0) / 3600.0 * policy.cost_per_hour
    if used["cost_day"] + next_cost > policy.budget_per_day:
        spent = f"{used['cost_day']:g} of {policy.budget_per_day:g}"
        return Ruling("wait", f"the day's budget is spent ({spent})", asked.now + timedelta(hours=1))
    return None


def _caps(asked: Question) -> Ruling | None:
    used, policy = asked.context["usage"], asked.policy
    for name, cap, whose in (
        ("pipeline_hour", policy.actions_per_hour, "on this pipeline within an hour"),
        ("pipeline_day", policy.actions_per_day, "on this pipeline within a day"),
        ("workspace_hour", policy.workspace_actions_per_hour, "in the workspace within an hour"),
        ("workspace_day", policy.workspace_actions_per_day, "in the workspace within a day"),
    ):
        if used[name] >= cap:
            frees_at = used[f"{name}_frees_at"]
            until = datetime.fromisoformat(frees_at) if frees_at else asked.now + timedelta(hours=1)
            return Ruling("wait", f"{used[name]} actions {whose} is the cap of {cap}", until)
    return None


def _cooldown(asked: Question) -> Ruling | None:
    """Between failures; the rungs of one failure have their own waits."""
    last = asked.context["usage"]["last_at"]
    if asked.approved or last is None or asked.context["actions"]:
        return None
    over = datetime.fromisoformat(last) + timedelta(seconds=asked.policy.cooldown_seconds)
    if over > asked.now:
        return Ruling("wait", f"the cooldown of {asked.policy.cooldown_seconds:g} s is not over", over)
    return None


def _maintenance(asked: Question) -> Ruling | None:
    until = asked.context["maintained_until"]
    return Ruling("wait", "maintenance is under way", datetime.fromisoformat(until)) if until else None


def _approval(asked: Question) -> Ruling | None:
    if asked.approved:
        return None
    if asked.policy.autonomy != "auto":
        return Ruling("ask", "the policy asks for an approval of every action")
    if asked.step.risk_tier > asked.policy.highest_tier_alone:
        return Ruling(
            "ask",
            f"risk tier {asked.step.risk_tier} is above {asked.policy.highest_tier_alone}, the highest that acts alone",
        )
    if asked.step.approval != "none":
        return Ruling("ask", "a stage to be run again is not known to be safe to run twice")
    return None


def _outage(asked: Question) -> Ruling | None:
    why = None if asked.approved else parked(asked.context["outage"], asked.context["plan"])
    return Ruling("wait", why, behind_breaker=True) if why else None


LIMITS: Sequence[Callable[[Question], Ruling | None]] = (
    _policy,
    _pipeline,
    _attempts,
    _budget,
    _caps,
    _maintenance,
    _approval,
    _cooldown,
    _outage,
)
