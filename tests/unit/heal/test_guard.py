"""The limits, each with a near miss."""

from datetime import UTC, datetime

import pytest

from functions.heal.guard import rule_on
from functions.heal.plan import ladder_of
from functions.heal.policy import Policy
from functions.heal.ruling import Question, Ruling
from tests.unit.heal.contexts import context, refused, tried

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SERVICES = {"services": {"bean_api": {"active": "north", "choices": ["north", "south"]}}}


def ruling(approved: bool = False, **parts) -> Ruling:
    shown = context(refused(), **parts)
    step = ladder_of(shown).steps[0]
    return rule_on(Question(step, Policy.of(shown["policy"]), shown, NOW, approved))


def policy(**columns) -> dict:
    return {"policy": columns}


@pytest.mark.parametrize(
    ("parts", "decision", "words"),
    [
        ({}, "act", "within the policy"),
        (policy(kill_switch=True), "ask", "kill switch"),
        (policy(autonomy="dry_run"), "dry_run", "only shows"),
        (policy(autonomy="off"), "dry_run", "off"),
        (policy(autonomy="approve"), "ask", "approval of every action"),
        (policy(autonomy="perhaps"), "person_needed", "autonomy is 'perhaps'"),
        (policy(highest_tier_alone=0), "ask", "risk tier 1 is above 0"),
        (policy(highest_tier_alone=1), "act", ""),
        (policy(attempts_per_failure=0), "person_needed", "no more are allowed"),
        ({"usage": {"pipeline_hour": 5}}, "wait", "cap of 5"),
        ({"usage": {"pipeline_hour": 4}}, "act", ""),
        ({"usage": {"pipeline_day": 20}}, "wait", "within a day"),
        ({"usage": {"workspace_hour": 200}}, "wait", "in the workspace"),
        ({"usage": {"workspace_day": 999}}, "act", ""),
        ({"usage": {"last_at": "2026-11-24T11:56:00+00:00"}}, "wait", "cooldown of 300 s"),
        ({"usage": {"last_at": "2026-11-24T11:54:00+00:00"}}, "act", ""),
        ({"maintained_until": "2026-11-24T13:00:00+00:00"}, "wait", "maintenance"),
        ({**policy(budget_per_day=1, cost_per_hour=60), "usage": {"cost_day": 0.1}}, "wait", "budget"),
        ({**policy(budget_per_day=2, cost_per_hour=60), "usage": {"cost_day": 0.9}}, "act", ""),
        ({"actions": [tried("retry_stage", "harmful")]}, "person_needed", "did harm"),
        ({"actions": [tried("retry_stage", "undone", evidence={"verdict": "late"})]}, "person_needed", "in time"),
        ({"actions": [tried("retry_stage", "undone")]}, "act", ""),
        ({"actions": [tried("retry_stage", "acted")]}, "wait", "under way"),
        ({"outage": {"pipelines": 3, "opens_at": 3, "breaker": None}}, "wait", "one of them tries first"),
        ({"outage": {"pipelines": 2, "opens_at": 3, "breaker": None}}, "act", ""),
    ],
)
def test_the_first_limit_that_holds_decides(parts: dict, decision: str, words: str) -> None:
    found = ruling(**parts)
    assert (found.decision, words in found.why) == (decision, True), found


def test_an_approval_overrules_the_tier_the_cooldown_and_the_breaker() -> None:
    parts = {
        "policy": {"autonomy": "approve", "highest_tier_alone": 0},
        "usage": {"last_at": "2026-11-24T11:59:00+00:00"},
        "outage": {"pipelines": 9, "opens_at": 3, "breaker": None},
    }
    assert ruling(**parts).decision != "act"
    assert ruling(approved=True, **parts).decision == "act"


@pytest.mark.parametrize(
    "parts",
    [
        policy(kill_switch=True),
        policy(autonomy="dry_run"),
        {"usage": {"pipeline_hour": 5}},
        {"maintained_until": "2026-11-24T13:00:00+00:00"},
        {"actions": [tried("retry_stage", "harmful")]},
    ],
)
def test_an_approval_overrules_nothing_else(parts: dict) -> None:
    assert ruling(approved=True, **parts).decision != "act"


def test_a_stage_that_may_not_run_twice_is_asked_about() -> None:
    unsafe = [{"name": "brew", "order_index": 0, "dependencies": [], "idempotency": "unsafe"}]
    assert ruling(stages=unsafe).decision == "ask"
    assert ruling(stages=[]).decision == "ask"


def test_a_cap_is_waited_for_until_the_oldest_action_leaves_it() -> None:
    frees_at = "2026-11-24T12:34:00+00:00"
    found = ruling(usage={"pipeline_hour": 5, "pipeline_hour_frees_at": frees_at})
    assert found.until == datetime.fromisoformat(frees_at)
