"""The small parts: posteriors, waits, rungs, stages, services, policies and the breaker."""

import pytest

from functions.heal.backoff import wait_seconds
from functions.heal.breaker import parked
from functions.heal.changes import changes_of
from functions.heal.policy import Policy
from functions.heal.posterior import posterior
from functions.heal.services import fallback_of
from functions.heal.stages import rerun_of
from tests.unit.heal.contexts import POLICY, cause, context, refused, tried

TWO = {
    "services": {
        "bean_api": {"active": "north", "choices": ["north", "south"]},
        "milk_api": {"active": "farm", "choices": ["farm", "shop"]},
    }
}
CHAIN = [
    {"name": "grind", "order_index": 0, "dependencies": [], "idempotency": "unsafe"},
    {"name": "brew", "order_index": 1, "dependencies": ["grind"], "idempotency": "keyed"},
    {"name": "pour", "order_index": 2, "dependencies": ["brew"], "idempotency": "unsafe"},
    {"name": "froth", "order_index": 3, "dependencies": ["grind"], "idempotency": "unsafe"},
]


def outcome(successes: int, failures: int, *, own: bool = True, action: str = "retry_stage") -> dict:
    return {
        "is_own": own,
        "cause": "dns_failure",
        "action": action,
        "successes": successes,
        "failures": failures,
    }


def chance(*rows: dict) -> float:
    return posterior(rows, cause="dns_failure", action="retry_stage", prior=0.5).mean


def test_without_outcomes_the_prior_holds() -> None:
    assert chance() == 0.5
    assert chance(outcome(9, 0, action="scale_resources")) == 0.5


def test_what_is_the_pipelines_own_does_not_speak_twice() -> None:
    assert chance(outcome(4, 0), outcome(4, 0, own=False)) == pytest.approx((0.5 * 4 + 4) / 8)


def test_a_pipeline_is_shrunk_to_its_workspace() -> None:
    alone, among_good = chance(outcome(0, 2)), chance(outcome(0, 2), outcome(10, 2, own=False))
    assert alone < among_good < 0.85


def test_waits_differ_between_pipelines_and_are_bounded() -> None:
    waits = [wait_seconds(0, first=5, limit=600, seed=str(number)) for number in range(50)]
    assert len(set(waits)) == 50
    assert all(2.5 <= wait < 7.5 for wait in waits)
    assert wait_seconds(50, first=5, limit=600, seed="a") < 900


def test_a_ceiling_is_never_passed() -> None:
    memory = cause("memory_exhausted", "resource_bottleneck")
    shown = context(memory, config={"memory_mb": 512}, policy={"memory_ceiling_mb": 600})
    assert changes_of("scale_resources", shown) == [{"path": ["memory_mb"], "before": 512, "after": 600}]
    at_the_ceiling = context(memory, config={"memory_mb": 600}, policy={"memory_ceiling_mb": 600})
    assert changes_of("scale_resources", at_the_ceiling) is None


def test_what_healing_raised_before_does_not_raise_the_ceiling() -> None:
    memory = cause("memory_exhausted", "resource_bottleneck")
    shown = context(memory, config={"memory_mb": 1400}, person_config={"memory_mb": 512})
    assert changes_of("scale_resources", shown)[0]["after"] == 1536


@pytest.mark.parametrize("value", [True, "512", None, [], float("nan")])
def test_a_limit_that_is_no_number_is_not_raised(value: object) -> None:
    memory = cause("memory_exhausted", "resource_bottleneck")
    assert not changes_of("scale_resources", context(memory, config={"memory_mb": value}))


def test_the_failed_stage_and_what_depends_on_it_run_again() -> None:
    rerun = rerun_of(context(refused(), stages=CHAIN), "brew")
    assert rerun.names == ["brew", "pour"]


def test_only_what_ran_must_be_safe_to_run_twice() -> None:
    states = [{"name": "grind", "status": "completed"}, {"name": "brew", "status": "failed"}]
    assert rerun_of(context(refused(), stages=CHAIN, run_stages=states), "brew").unsafe == []
    states.append({"name": "pour", "status": "completed"})
    assert rerun_of(context(refused(), stages=CHAIN, run_stages=states), "brew").unsafe == ["pour"]


def test_what_the_run_says_of_its_stages_counts_before_what_the_cause_says() -> None:
    states = [{"name": "grind", "status": "completed"}, {"name": "brew", "status": "failed"}]
    assert rerun_of(context(refused(), stages=CHAIN, run_stages=states), "grind").names == ["brew", "pour"]


def test_where_the_failed_stage_is_not_known_all_must_be_safe() -> None:
    rerun = rerun_of(context(refused(), stages=CHAIN), None)
    assert (rerun.names, rerun.unsafe) == (None, ["grind", "pour", "froth"])
    assert rerun_of(context(refused(), stages=CHAIN), "a stage that a log made up").names is None


def test_a_pipeline_without_stages_has_told_nobody_that_it_may_run_twice() -> None:
    assert rerun_of(context(refused(), stages=[]), None).unsafe


def test_of_two_services_the_one_that_the_evidence_names_is_switched() -> None:
    named = refused(evidence={"weighed": [{"text": "cannot reach milk_api"}]})
    assert fallback_of(context(named, config=TWO), named).service == "milk_api"


def test_where_the_evidence_names_both_or_none_nothing_is_switched() -> None:
    both = refused(evidence={"weighed": [{"text": "bean_api and milk_api"}]})
    assert fallback_of(context(both, config=TWO), both) is None
    assert fallback_of(context(refused(), config=TWO), refused()) is None


@pytest.mark.parametrize("service", [None, 5, {}, {"active": "x", "choices": ["y"]}, {"active": 1, "choices": [1, 2]}])
def test_a_service_that_is_nonsense_has_no_fallback(service: object) -> None:
    assert fallback_of(context(refused(), config={"services": {"a": service}}), refused()) is None


@pytest.mark.parametrize("value", ["NaN", float("nan"), float("inf"), -1, "many", True])
def test_a_policy_with_nonsense_lets_nothing_act(value: object) -> None:
    policy = Policy.of({**POLICY, "actions_per_hour": value})
    assert (policy.autonomy, policy.kill_switch) == ("off", True)
    assert "actions_per_hour" in policy.nonsense


def test_a_plan_goes_through_as_canary_or_in_a_wave_only() -> None:
    breaker = {"canary_plan_id": "p1"}
    outage = {"pipelines": 9, "opens_at": 3, "breaker": breaker}
    assert parked(outage, {"id": "p1", "wave": None}) is None
    assert parked(outage, {"id": "p2", "wave": 1}) is None
    assert parked(outage, {"id": "p2", "wave": None})
    assert parked(outage, None)


def test_tried_rungs_are_counted_by_what_did_not_help() -> None:
    memory = cause("memory_exhausted", "resource_bottleneck")
    shown = context(
        memory, config={"memory_mb": 512}, actions=[tried("scale_resources"), tried("scale_resources", "undone")]
    )
    assert changes_of("scale_resources", shown)[0]["after"] == 1024
