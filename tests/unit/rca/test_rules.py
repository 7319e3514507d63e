import re
import time

import pytest

from functions.rca.diagnose import diagnose
from functions.rca.literals import needed_words
from functions.rca.rules import all_rules, parse_rule
from functions.rca.subcause import FAMILIES, all_subcauses
from shared.rule_files import RuleError

CASES = [(rule, case) for rule in all_rules() for case in rule.cases]
PATTERNS = [(rule, pattern) for rule in all_rules() for pattern in rule.any_of]
GOOD = """
id: oven_cold
when:
  any: ['oven .{1,20} is cold']
  none: ['test']
then: {subcause: crash, odds: 3.0}
why: the oven was cold
cases:
  - {name: cold, fires: true, text: "oven 3 is cold"}
  - {name: warm, fires: false, text: "oven 3 is warm"}
"""


def fires(rule, text):
    patterns = rule.patterns_for(text.lower())
    return any(rule.fires(line, patterns) for line in text.split("\n"))


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule.id}: {case.name}" for rule, case in CASES])
def test_a_rules_own_cases(rule, case):
    assert fires(rule, case.text) is case.fires


def test_a_quick_look_never_hides_what_a_pattern_finds():
    for rule, case in CASES:
        for pattern in rule.any_of:
            if re.search(pattern, case.text, re.IGNORECASE):
                words = needed_words(pattern)
                assert not words or any(word in case.text.lower() for word in words), (rule.id, pattern)


@pytest.mark.parametrize("text", ["a" * 2_000, "a b " * 500, "x failed " * 220, "A_" * 1_000, "'a' " * 500])
def test_no_pattern_backtracks_without_end(text):
    for rule, pattern in PATTERNS:
        compiled = re.compile(pattern, re.IGNORECASE)
        began = time.process_time()
        compiled.search(text)
        assert time.process_time() - began < 0.3, (rule.id, pattern)


def test_a_good_rule_is_read():
    rule = parse_rule("oven_cold", GOOD)
    assert fires(rule, "OVEN 3 is cold")
    assert not fires(rule, "test: oven 3 is cold")


@pytest.mark.parametrize(
    ("part", "instead", "complaint"),
    [
        ("why:", "because:", "because"),
        ("is cold'", "is (cold'", "pattern"),
        ("subcause: crash", "subcause: bad_luck", "bad_luck"),
        ("odds: 3.0", "odds: 0.0", "odds"),
        ("odds: 3.0", "odds: 3.0, weight: 1", "weight"),
        ("fires: false", "fires: true", "near miss"),
        ("id: oven_cold", "id: oven_warm", "name of the file"),
        ("when:", "when", "rule oven_cold"),
        ("any:", "all:", "all"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused_by_name(part, instead, complaint):
    assert part in GOOD
    with pytest.raises(RuleError, match=complaint):
        parse_rule("oven_cold", GOOD.replace(part, instead, 1))


def test_every_subcause_has_a_family_a_rule_or_an_explanation():
    assert {subcause.family for subcause in all_subcauses().values()} == set(FAMILIES)
    ruled = {rule.subcause.name for rule in all_rules()}
    assert set(all_subcauses()) - ruled == {"setting_changed"}
    changed = diagnose("memory limit changed from 8Gi to 1Gi\nReason: OOMKilled").cause
    assert changed is not None
    assert changed.subcause == "setting_changed"
