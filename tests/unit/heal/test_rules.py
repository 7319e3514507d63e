"""Every rule does what its own cases say, and a file that is not understood is refused."""

import pytest

from functions.heal.rules import FOLDER, all_rules, parse_rule
from shared.rule_files import RuleError

GOOD = """
id: pour
when:
  subcause: {is: deadlock}
then: {action: retry_stage, prior: 0.5}
why: pour again
cases:
  - {name: spilled, fires: true, facts: {subcause: deadlock}}
  - {name: drunk, fires: false, facts: {subcause: crash}}
"""


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_fires_on_its_matches_and_not_on_its_near_misses(rule) -> None:
    for case in rule.cases:
        assert rule.fires(case.facts) == case.fires, case.name


def test_every_file_is_read() -> None:
    assert {rule.id for rule in all_rules()} == {path.stem for path in FOLDER.glob("*.yml")}


def test_a_good_file_is_understood() -> None:
    assert parse_rule("pour", GOOD).action == "retry_stage"


@pytest.mark.parametrize(
    ("said", "instead", "complaint"),
    [
        ("id: pour", "id: spill", "name of the file"),
        ("subcause: {is", "weather: {is", "unknown fact"),
        ("{is: deadlock}", "{matches: deadlock}", "matches"),
        ("action: retry_stage", "action: rm_rf", "rm_rf"),
        ("fires: false", "fires: true", "near miss"),
        ("why: pour again", "why: pour again\nshell: ls", "shell"),
        ("prior: 0.5", "prior: 1.5", "prior"),
    ],
)
def test_a_file_with_a_fault_is_refused_in_words(said: str, instead: str, complaint: str) -> None:
    with pytest.raises(RuleError, match=complaint):
        parse_rule("pour", GOOD.replace(said, instead))


def test_no_rule_retries_who_is_not_let_in_or_what_does_not_fit() -> None:
    for rule in all_rules():
        if rule.action != "retry_stage":
            continue
        for subcause, family in (
            ("authentication_failed", "connection_auth"),
            ("permission_denied", "connection_auth"),
            ("credential_expired", "connection_auth"),
            ("column_missing", "schema_data"),
            ("module_missing", "configuration_drift"),
        ):
            facts = {
                "subcause": subcause,
                "family": family,
                "transient": False,
                "retries": 0,
                "completed": 50,
                "passed_by_itself": 5,
                "changed": 0,
                "fallback": False,
                "usual_share": 0.1,
            }
            assert not rule.fires(facts), rule.id
