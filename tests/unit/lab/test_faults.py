"""The truth table: every fault has one, and it agrees with what the engines know."""

from pathlib import Path

import pytest
import yaml

from lab.errors import LabError
from lab.fault import all_faults, fault, read_fault
from lab.judge import unsafe_actions
from lab.strike import STRIKES, limits_for

ROOT = Path(__file__).parent.parent.parent.parent
SUBCAUSES = yaml.safe_load((ROOT / "functions/rca/subcauses.yml").read_text())
KNOWN = {f"{family}/{subcause}" for family, subcauses in SUBCAUSES.items() for subcause in subcauses}
WANTED = [
    "connection_refused",
    "dns_failure",
    "connection_reset",
    "service_unavailable",
    "rate_limited",
    "wrong_password",
    "expired_token",
    "revoked_grant",
    "memory_limit",
    "disk_full",
    "slow_upstream",
    "worker_hung",
    "renamed_column",
    "type_change",
    "null_value",
    "truncated_file",
    "empty_input",
    "changed_variable",
    "wrong_path",
    "module_missing",
    "assertion",
    "race",
    "outage",
    "control",
]


def test_every_fault_that_was_asked_for_is_there():
    assert set(WANTED) <= set(all_faults())


@pytest.mark.parametrize("name", list(all_faults()))
def test_a_truth_names_causes_that_there_are(name: str):
    one = fault(name)
    assert one.is_control or one.truth
    assert all(cause in KNOWN or cause == "worker_hung" for cause in one.truth)


@pytest.mark.parametrize("name", [name for name, one in all_faults().items() if not one.is_healable])
def test_what_only_a_person_can_repair_may_be_retried_once_at_most(name: str):
    most = 0 if fault(name).is_control or name == "publish_reset" else 1
    assert unsafe_actions(fault(name), ["retry_stage"] * 3) == 3 - most
    assert unsafe_actions(fault(name), ["scale_resources"]) == 1


@pytest.mark.parametrize("name", [name for name, one in all_faults().items() if one.is_healable])
def test_what_heals_a_fault_is_no_harm(name: str):
    assert unsafe_actions(fault(name), list(fault(name).healed_by)) == 0


def test_every_way_to_strike_belongs_to_a_fault():
    assert set(STRIKES) <= set(all_faults())


@pytest.mark.parametrize("name", [name for name, one in all_faults().items() if one.clears.by])
def test_what_an_action_repairs_has_the_setting_that_it_changes(name: str):
    needs = {
        "scale_resources": "memory_mb",
        "increase_timeout": "timeout_seconds",
        "switch_fallback": "services",
        "restart_worker": "timeout_seconds",
    }
    assert needs[fault(name).clears.by] in limits_for(fault(name))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"meaning": "m", "stage": "load", "truth": ["a/b"], "mood": "bad"}, "mood is not known"),
        ({"meaning": "m", "stage": "load", "clears": {"by": "prayer"}}, "there is no action prayer"),
        ({"meaning": "m", "stage": "load", "healed_by": ["retry_stage"]}, "must clear at some time"),
    ],
)
def test_an_entry_with_a_mistake_is_refused(entry: dict[str, object], words: str):
    with pytest.raises(LabError, match=words):
        read_fault("odd", entry)


def test_an_unknown_fault_is_named_with_those_that_there_are():
    with pytest.raises(LabError, match=r"no fault 'rain': there are connection_refused, .*control_growth\."):
        fault("rain")
