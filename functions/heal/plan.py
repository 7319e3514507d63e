"""The ladder: what could be done about a failure, lowest risk first."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from functions.heal.action import ACTIONS
from functions.heal.backoff import wait_seconds
from functions.heal.changes import changes_of
from functions.heal.facts import STUCK, UNKNOWN, cause_of, facts_of
from functions.heal.posterior import posterior
from functions.heal.rule import Rule
from functions.heal.rules import DO_NOT_RETRY, all_rules
from functions.heal.stages import Rerun, rerun_of

VERSION = "rules:1"
BLIND_RETRIES = 3
LEAST_VERIFY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. ``changes`` as in `changes`; ``approval`` is ``none`` or the role that must say yes."""

    action: str
    risk_tier: int
    why: str
    does: str
    undo: str
    expected_success: float
    approval: str
    changes: Sequence[Mapping[str, Any]]
    stages: Sequence[str] | None
    wait_seconds: float
    verify_within_seconds: float
    rollback_to: int | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps, lowest risk first. Only the first is acted on: after a try that did not help, the failure is diagnosed and
    planned anew. Without steps, ``reasons`` say why, and ``is_hopeless`` whether a retry would be for nothing.
    """

    cause: str
    steps: Sequence[Step]
    reasons: Sequence[str]
    is_hopeless: bool
    root_cause_id: str | None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def hash_for(self, execution_id: str, config_version: int) -> str:
        """What an approval is bound to: sha256 over the run, the configuration's version and the steps."""
        document = [execution_id, config_version, [asdict(step) for step in self.steps]]
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def ladder_of(context: Mapping[str, Any], *, stuck: bool = False) -> Ladder:
    """What could be done about the failure that the context shows."""
    cause, facts = cause_of(context), facts_of(context, stuck=stuck)
    fired = [rule for rule in all_rules() if rule.fires(facts)]
    forbidden = [rule for rule in fired if rule.action == DO_NOT_RETRY]
    rerun = rerun_of(context, cause.get("stage_name"))
    steps: dict[str, Step] = {}
    for rule in fired:
        if rule.action == DO_NOT_RETRY or (forbidden and rule.action == "retry_stage"):
            continue
        step = _step(rule, context, rerun, str(facts["subcause"]))
        if step is not None and (
            rule.action not in steps or step.expected_success > steps[rule.action].expected_success
        ):
            steps[rule.action] = step
    # The learned numbers choose inside a tier only.
    ordered = sorted(steps.values(), key=lambda step: (step.risk_tier, -step.expected_success, step.action))
    reasons = [rule.why for rule in forbidden] or ([] if ordered else [_nothing(context, facts, cause)])
    evidence = {
        "facts": facts,
        "rules": [rule.id for rule in fired],
        "confidence": cause.get("confidence"),
        "first_action": cause.get("first_action"),
        "stage": cause.get("stage_name"),
    }
    return Ladder(
        cause=STUCK if stuck else str(facts["subcause"]),
        steps=ordered,
        reasons=[*reasons, *(step.why for step in ordered[:1])],
        is_hopeless=bool(forbidden),
        root_cause_id=cause.get("id"),
        evidence=evidence,
    )


def _step(rule: Rule, context: Mapping[str, Any], rerun: Rerun, cause: str) -> Step | None:
    action = ACTIONS[rule.action]
    changes = changes_of(rule.action, context)
    if changes is None:
        return None
    tries = sum(1 for tried in context["actions"] if tried["status"] == "ineffective")
    wait = 0.0
    if rule.action == "retry_stage":
        wait = wait_seconds(
            tries,
            first=context["backoff_seconds"] * rule.patience,
            limit=context["backoff_limit_seconds"],
            seed=context["run"]["id"],
        )
    chance = posterior(context["outcomes"], cause=cause, action=rule.action, prior=rule.prior).mean
    return Step(
        action=rule.action,
        risk_tier=action.risk_tier,
        why=rule.why,
        does=action.does,
        undo=action.undo,
        expected_success=round(chance, 4),
        approval="admin" if rerun.unsafe else "none",
        changes=changes,
        stages=rerun.names,
        wait_seconds=round(wait, 3),
        verify_within_seconds=_verify_within(context),
        rollback_to=context["known_good"]["version"] if rule.action == "rollback_config" else None,
        rule=rule.id,
    )


def _verify_within(context: Mapping[str, Any]) -> float:
    """Three times its longest run, or one and a half of its time limit, and five minutes at least."""
    longest = context["usual"]["longest_seconds"] or 0.0
    limit = context["pipeline"]["config"].get("timeout_seconds")
    limit = limit if isinstance(limit, int | float) and not isinstance(limit, bool) and limit > 0 else 0.0
    return float(min(max(LEAST_VERIFY_SECONDS, 3.0 * longest, 1.5 * limit), 86400.0))


def _nothing(context: Mapping[str, Any], facts: Mapping[str, Any], cause: Mapping[str, Any]) -> str:
    if context["actions"]:
        return f"what was tried against {facts['subcause']} did not help: a person is needed"
    if facts["subcause"] == UNKNOWN:
        return "the cause is not known: a person is needed"
    return cause.get("first_action") or f"no action is known to help against {facts['subcause']}: a person is needed"
