"""The ladder: lowest risk first, and what comes next when something did not help."""

import pytest

from functions.heal.plan import ladder_of
from tests.unit.heal.contexts import cause, context, refused, tried

SERVICES = {"services": {"bean_api": {"active": "north", "choices": ["north", "south"]}}}
CHANGES = {"changes": [{"where": "config.env.LAMP", "before": "gas", "after": "led"}]}


def actions(shown) -> list[str]:
    return [step.action for step in ladder_of(shown).steps]


def test_what_passes_by_itself_is_retried() -> None:
    assert actions(context(refused())) == ["retry_stage"]


def test_the_lowest_risk_comes_first_however_well_the_others_did() -> None:
    outcomes = [
        {"is_own": True, "cause": "connection_refused", "action": "switch_fallback", "successes": 99, "failures": 0},
        {"is_own": True, "cause": "connection_refused", "action": "retry_stage", "successes": 0, "failures": 99},
    ]
    ladder = ladder_of(context(refused(), config=SERVICES, outcomes=outcomes))
    assert [step.action for step in ladder.steps] == ["retry_stage", "switch_fallback"]
    assert ladder.steps[0].expected_success < 0.1 < 0.9 < ladder.steps[1].expected_success


def test_after_a_retry_the_other_service_is_used() -> None:
    retried = [tried("retry_stage")]
    ladder = ladder_of(context(refused(), config=SERVICES, actions=retried))
    assert [step.action for step in ladder.steps] == ["switch_fallback"]
    assert ladder.steps[0].changes == [
        {"path": ["services", "bean_api", "active"], "before": "north", "after": "south"}
    ]


def test_a_retry_that_helped_is_not_counted_against_retries() -> None:
    retried = [tried("retry_stage", "effective")] * 4
    assert actions(context(refused(), actions=retried)) == ["retry_stage"]


@pytest.mark.parametrize(
    ("subcause", "family"),
    [
        ("authentication_failed", "connection_auth"),
        ("permission_denied", "connection_auth"),
        ("column_missing", "schema_data"),
        ("path_missing", "configuration_drift"),
        ("compile_error", "stage_failure"),
        ("disk_full", "resource_bottleneck"),
    ],
)
def test_what_a_retry_cannot_help_is_not_retried(subcause: str, family: str) -> None:
    ladder = ladder_of(context(cause(subcause, family), usual={"passed_by_itself": 9}))
    assert (ladder.steps, ladder.is_hopeless) == ([], True)
    assert ladder.reasons


def test_an_unknown_cause_is_for_a_person_unless_it_passed_before() -> None:
    unknown = {**cause("x"), "family": None, "subcause": None}
    ladder = ladder_of(context(unknown))
    assert (ladder.steps, ladder.is_hopeless) == ([], False)
    assert actions(context(unknown, usual={"passed_by_itself": 1})) == ["retry_stage"]


def test_a_fault_in_code_is_retried_once_and_a_race_three_times() -> None:
    assertion = cause("assertion_failed", "stage_failure")
    once = [tried("retry_stage")]
    assert actions(context(assertion)) == ["retry_stage"]
    assert actions(context(assertion, actions=once)) == []
    assert actions(context(assertion, actions=once, usual={"passed_by_itself": 2})) == ["retry_stage"]
    assert actions(context(assertion, actions=once * 3, usual={"passed_by_itself": 2})) == []


def test_a_race_that_is_seen_as_one_needs_no_past() -> None:
    race = cause("unhandled_exception", "stage_failure", transient=True)
    assert actions(context(race, actions=[tried("retry_stage")] * 2, usual={"completed": 0})) == ["retry_stage"]
    assert actions(context(race, actions=[tried("retry_stage")] * 3, usual={"completed": 0})) == []


def test_memory_is_raised_and_never_retried_as_it_is() -> None:
    ladder = ladder_of(context(cause("memory_exhausted", "resource_bottleneck"), config={"memory_mb": 512}))
    assert [step.action for step in ladder.steps] == ["scale_resources"]
    assert ladder.steps[0].changes == [{"path": ["memory_mb"], "before": 512, "after": 768}]


def test_without_a_memory_limit_there_is_nothing_to_raise() -> None:
    assert actions(context(cause("memory_exhausted", "resource_bottleneck"))) == []


def test_a_changed_setting_is_rolled_back_to_what_was_good() -> None:
    changed = cause("setting_changed", "configuration_drift", evidence=CHANGES)
    good = {"version": 2, "config": {}}
    ladder = ladder_of(context(changed, known_good=good))
    assert [(step.action, step.risk_tier, step.rollback_to) for step in ladder.steps] == [("rollback_config", 3, 2)]
    assert actions(context(changed)) == []
    assert actions(context(cause("setting_changed", "configuration_drift"), known_good=good)) == []


def test_a_setting_that_healing_changed_is_not_the_cause() -> None:
    """The raised limit is a change since the last success, but what it was raised for is still the cause."""
    raised = {"changes": [{"where": "config.memory_mb", "before": "512", "after": "768"}]}
    drift = cause("setting_changed", "configuration_drift", evidence=raised)
    memory = cause("memory_exhausted", "resource_bottleneck", rank=2)
    request = {"changes": [{"path": ["memory_mb"], "before": 512, "after": 768}]}
    before = tried("scale_resources", request=request)
    shown = context(drift, memory, actions=[before], config={"memory_mb": 512}, known_good={"version": 1, "config": {}})
    ladder = ladder_of(shown)
    assert [(step.action, step.changes[0]["after"]) for step in ladder.steps] == [("scale_resources", 1024)]


def test_the_wait_grows_with_every_try_and_is_the_same_when_decided_again() -> None:
    waits = [
        ladder_of(context(refused(), actions=[tried("retry_stage")] * tries)).steps[0].wait_seconds
        for tries in range(4)
    ]
    assert waits == sorted(waits)
    assert waits[0] == ladder_of(context(refused())).steps[0].wait_seconds


def test_the_hash_is_about_the_run_the_configuration_and_the_steps() -> None:
    first, other = ladder_of(context(refused())), ladder_of(context(refused(), actions=[tried("retry_stage")]))
    hashes = {first.hash_for("r1", 3), first.hash_for("r1", 4), first.hash_for("r2", 3), other.hash_for("r1", 3)}
    assert len(hashes) == 4
    assert first.hash_for("r1", 3) == ladder_of(context(refused())).hash_for("r1", 3)
