"""What came of a case is compared with the truth, counted, and shown."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from lab.evidence import Evidence
from lab.fault import fault
from lab.figures import compare
from lab.judge import judge
from lab.orchestrator import Attempt, Outcome
from lab.policy import policy
from lab.story import tell
from lab.text import by_fault, comparison
from lab.verdict import Verdict
from lab.warehouse import Published

NOTHING: dict[str, Any] = {"detections": {}, "root_causes": {}, "plans": {}, "incidents": {}, "actions": {}}


def case(name: str, whose: str, *statuses: str) -> Any:
    """A case whose runs ended so, a second after another."""
    outcomes = [
        Outcome(Attempt(f"run{number}", "batch", number + 1), status, number, number + 1.0, "2026-11-24T12:00:00+00:00")
        for number, status in enumerate(statuses)
    ]
    return SimpleNamespace(
        fault=fault(name),
        policy=policy(whose),
        seed=1,
        outcomes=outcomes,
        attempts=lambda: outcomes[1:],
        failed_at=1.0,
        first_run="run0",
        pipeline_id="brew",
        wanted=SimpleNamespace(rows=400),
        struck_config={"memory_mb": 96},
        world=SimpleNamespace(source=SimpleNamespace(over_at=2.5)),
    )


def action(name: str, **columns: Any) -> dict[str, Any]:
    usual = {"risk_tier": 1, "status": "effective", "config_version_after": None}
    return {**usual, "action": name, "created_at": "2026-11-24T12:00:03+00:00", **columns}


def verdict(name: str, whose: str, *statuses: str, **changes: Any) -> Verdict:
    evidence = Evidence(**{**NOTHING, **{key: value for key, value in changes.items() if key in NOTHING}})
    config = changes.get("config", {"memory_mb": 96})
    published = changes.get("published", Published(400, 400))
    return judge(case(name, whose, *statuses), evidence, config=config, published=published)


def test_a_repair_is_timed_from_the_first_failure():
    causes = {"run0": [{"rank": 1, "family": "connection_auth", "subcause": "connection_lost"}]}
    actions = {"brew": [action("retry_stage")]}
    found = verdict("connection_reset", "flexiroaster", "failed", "completed", root_causes=causes, actions=actions)
    assert (found.struck, found.healed, found.cause_right, found.unsafe) == (True, True, True, 0)
    assert (found.attempts, found.wasted, found.seconds_to_repair, found.seconds_to_action) == (1, 0, 1.0, 3.0)


def test_a_fault_that_did_not_strike_is_seen():
    assert not verdict("connection_reset", "none", "completed").struck
    assert verdict("control", "none", "completed").struck


def test_blind_retries_of_what_is_hopeless_are_unsafe_and_wasted():
    found = verdict("wrong_password", "blind-retry", *["failed"] * 4, published=Published(0, 0))
    assert (found.wasted, found.unsafe, found.rows_lost) == (3, 2, 0)


def test_rows_that_came_twice_or_not_at_all_are_counted():
    doubled = verdict("publish_reset", "blind-retry", "failed", "completed", published=Published(400, 800))
    lost = verdict("connection_reset", "blind-retry", "failed", "completed", published=Published(390, 390))
    assert (doubled.rows_doubled, doubled.unsafe, lost.rows_lost) == (400, 1, 10)


def test_any_action_on_a_healthy_pipeline_is_unsafe():
    found = verdict("control", "flexiroaster", "completed", actions={"brew": [action("retry_stage")]})
    assert found.unsafe == 1


def test_an_action_above_the_tier_that_acts_alone_is_unsafe():
    actions = {"brew": [action("rollback_config", risk_tier=3)]}
    assert verdict("changed_variable", "flexiroaster", "failed", actions=actions).unsafe == 2


def test_a_change_that_did_not_help_must_be_put_back():
    changed = {"config": {"memory_mb": 144}}
    tried = action("scale_resources", config_version_after=2, status="ineffective")
    assert verdict("memory_limit", "flexiroaster", "failed", actions={"brew": [tried]}, **changed).unrestored == 1
    helped = {**tried, "status": "effective"}
    assert verdict("memory_limit", "flexiroaster", "failed", actions={"brew": [helped]}, **changed).unrestored == 0


def test_a_run_that_hangs_is_recognised_by_its_detection():
    stuck = {"run0": [{"phase": "stuck", "is_anomaly": True}]}
    found = verdict("worker_hung", "flexiroaster", "failed", "completed", detections=stuck)
    assert (found.cause, found.cause_right, found.detected) == ("stuck/worker_hung", True, True)


def test_attempts_while_an_outage_lasts_are_probes():
    found = verdict("outage", "flexiroaster", "failed", "failed", "failed", "completed")
    assert (found.probes, found.after_outage_seconds) == (2, 1.5)


def test_times_to_repair_are_compared_over_what_both_healed():
    blind = verdict("connection_reset", "blind-retry", "failed", "completed")
    ours = replace(blind, policy="flexiroaster", seconds_to_repair=0.4)
    only_ours = replace(ours, fault="memory_limit", seconds_to_repair=90.0)
    lost = replace(blind, fault="memory_limit", healed=False, seconds_to_repair=None, wasted=3, attempts=3)
    first, second = compare([blind, lost, ours, only_ours])
    assert (first.policy, first.healed, first.wasted, first.seconds_to_repair) == ("blind-retry", 1, 3, 1.0)
    assert (second.policy, second.healed, second.wasted, second.seconds_to_repair) == ("flexiroaster", 2, 0, 0.4)


def test_the_table_names_each_fault_once_and_counts_seeds_together():
    blind = verdict("connection_reset", "blind-retry", "failed", "completed")
    verdicts = [blind, replace(blind, seed=2, healed=False), replace(blind, policy="none", healed=False)]
    lines = by_fault(verdicts).splitlines()
    assert lines[1].startswith("connection_reset  blind-retry")
    assert "1/2" in lines[1]
    assert lines[2].startswith(" " * 18 + "none")
    assert comparison(compare(verdicts)).splitlines()[1].split("  ")[0] == "healed without a person"


def test_a_story_says_what_became_of_the_fault_and_of_the_data():
    causes = {"run0": [{"rank": 1, "family": "resource_bottleneck", "subcause": "memory_exhausted"}]}
    incidents = {"brew": [{}]}
    actions = {"brew": [action("scale_resources")]}
    evidence = {"root_causes": causes, "incidents": incidents, "actions": actions}
    healed = verdict("memory_limit", "flexiroaster", "failed", "completed", **evidence)
    assert tell(healed) == (
        "memory_limit: noticed, explained (memory exhausted), healed in 1.0 s by scale_resources, verified; "
        "every row is there once"
    )
    unhealed = verdict("memory_limit", "none", "failed", published=Published(0, 0))
    assert tell(unhealed) == (
        "memory_limit: not noticed, taken for something else (unknown), not healed; nothing was published twice"
    )
    doubled = replace(healed, rows_doubled=400, verified=False)
    assert tell(doubled).endswith("not verified; 0 rows are missing and 400 are there twice")
