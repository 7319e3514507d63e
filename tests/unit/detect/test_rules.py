import pytest

from functions.detect.facts import FACTS
from functions.detect.rules import all_rules, parse_rule
from shared.rule_files import RuleError

CASES = [(rule, case) for rule in all_rules() for case in rule.cases]
GOOD = """
id: too_slow
when:
  duration_seconds: {above: timeout_seconds}
then: {feature: duration_seconds, direction: above, weight: 0.6, action: watch}
why: ran {duration_seconds}
cases:
  - {name: slow, fires: true, facts: {duration_seconds: 2, timeout_seconds: 1}}
  - {name: quick, fires: false, facts: {duration_seconds: 1, timeout_seconds: 2}}
"""


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule.id}: {case.name}" for rule, case in CASES])
def test_a_rules_own_cases(rule, case):
    assert rule.fires(case.facts) is case.fires
    if case.fires:
        assert "{" not in rule.says(case.facts)


def test_a_good_rule_is_read():
    rule = parse_rule("too_slow", GOOD)
    assert rule.fires({"duration_seconds": 5.0, "timeout_seconds": 4.0})
    assert rule.says({"duration_seconds": 90.0, "timeout_seconds": 60.0}) == "ran 1.5 min"


@pytest.mark.parametrize(
    ("part", "instead", "complaint"),
    [
        ("why:", "because:", "because"),
        ("above: timeout_seconds", "beyond: timeout_seconds", "beyond"),
        ("above: timeout_seconds", "above: bedtime", "bedtime"),
        ("action: watch", "action: panic", "panic"),
        ("direction: above", "direction: sideways", "sideways"),
        ("weight: 0.6", "weight: 1.6", "weight"),
        ("weight: 0.6", "weight: heavy", "weight"),
        ("  duration_seconds: {above", "  length_seconds: {above", "length_seconds"),
        ("feature: duration_seconds", "feature: length", "length"),
        ("why: ran {duration_seconds}", "why: ran {memory_percent}", "memory_percent"),
        ("fires: false", "fires: true", "near miss"),
        ("id: too_slow", "id: too_fast", "name of the file"),
        ("when:", "when", "rule too_slow"),
        ("action: watch", "action: watch, severity: 3", "severity"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused_by_name(part, instead, complaint):
    assert part in GOOD
    with pytest.raises(RuleError, match=complaint):
        parse_rule("too_slow", GOOD.replace(part, instead, 1))


@pytest.mark.parametrize("text", ["", "[]", "just words", "!!python/object:os.system {}"])
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(RuleError):
        parse_rule("too_slow", text)


def test_a_fact_that_is_not_known_holds_no_condition():
    assert not any(rule.fires({}) for rule in all_rules())


def test_every_fact_is_asked_for_by_a_rule():
    asked = {c.fact for rule in all_rules() for c in rule.when}
    asked |= {str(c.operand) for rule in all_rules() for c in rule.when if c.is_fact}
    assert asked == set(FACTS) | asked
    assert set(FACTS) == asked
