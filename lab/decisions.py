"""What an orchestrator decides by itself: whether to run a batch again, and whether anybody still will."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from lab.fault import STAGES
from lab.orchestrator import Attempt, Outcome
from lab.policy import Policy

HANDED_OVER = ("do_not_retry", "person_needed", "ask", "dry_run")


def is_handed_over(plan: Mapping[str, Any] | None) -> bool:
    """Whether a plan leaves what is to be done to a person.

    >>> [is_handed_over({"status": "proposed", "decision": decision}) for decision in ("ask", "act")]
    [True, False]
    """
    return plan is not None and (plan["status"] == "rejected" or plan["decision"] in HANDED_OVER)


def is_settled(outcomes: Sequence[Outcome], policy: Policy, plan: Mapping[str, Any] | None) -> bool:
    """Whether it went well, or nobody will do anything about it any more; ``plan`` is about the last outcome."""
    if not outcomes:
        return False
    last = outcomes[-1]
    if last.status == "completed":
        return True
    if policy.autonomy == "off":
        return policy.pause_before(last.attempt.number + 1) is None
    return is_handed_over(plan)


def blind_retry(outcome: Outcome, policy: Policy) -> Attempt | None:
    """The attempt that the orchestrator makes after this outcome: from the failed stage on. None: it makes none."""
    number = outcome.attempt.number + 1
    if outcome.status == "completed" or policy.pause_before(number) is None:
        return None
    stages = STAGES[STAGES.index(outcome.failed_stage) :] if outcome.failed_stage else STAGES
    return Attempt(str(uuid.uuid4()), outcome.attempt.batch, number, outcome.attempt.run, stages)


def healing_attempt(row: Mapping[str, Any], batch: str) -> Attempt:
    """The attempt that a waiting run asks for."""
    stages = row["metadata"].get("stages") or STAGES
    return Attempt(row["id"], batch, row["attempt"], row["retry_of"], stages, row["trigger_type"])
