"""Reasons in plain words."""

from collections.abc import Mapping

from functions.detect.detection import Reason
from functions.detect.facts import FACTS, Fact
from functions.detect.quantity import say, say_range
from functions.detect.rule import Rule
from functions.detect.zscores import StrangeMeasure

LOW_SHARE, HIGH_SHARE = 0.1, 0.9


def measure_reason(strange: StrangeMeasure) -> Reason:
    """A measure beside the range in which four fifths of its last values lay: "took 41 min; usually 9 to 13 min"."""
    low, high = strange.baseline.quantile(LOW_SHARE), strange.baseline.quantile(HIGH_SHARE)
    low, high = (strange.value, strange.value) if low is None or high is None else (low, high)
    unit = strange.kind.unit
    return Reason(
        feature=strange.name,
        value=strange.value,
        expected_low=low,
        expected_high=high,
        unit=unit,
        direction="above" if strange.value > high else "below",
        weight=strange.weight,
        text=f"{strange.kind.label} {say(strange.value, unit)}; usually {say_range(low, high, unit)}",
    )


def rule_reason(rule: Rule, facts: Mapping[str, Fact]) -> Reason:
    """A rule that fired, with the other side of its first comparison as what was expected."""
    value = facts.get(rule.feature)
    limit = next((facts.get(str(c.operand)) for c in rule.when if c.is_fact and c.fact == rule.feature), None)
    limit = limit if isinstance(limit, float) else None
    return Reason(
        feature=f"rule:{rule.id}",
        value=value if isinstance(value, float) else None,
        expected_low=limit if rule.direction == "below" else None,
        expected_high=limit if rule.direction == "above" else None,
        unit=FACTS[rule.feature],
        direction=rule.direction,
        weight=rule.weight,
        text=rule.says(facts),
    )


def model_reason(model_score: float) -> Reason:
    """The trained model found the run strange as a whole."""
    return Reason(
        feature="model",
        value=model_score,
        expected_low=0.0,
        expected_high=0.5,
        unit="",
        direction="above",
        weight=model_score,
        text=f"its measures together are unusual: the model says {model_score:.2f}, from 0.50 on is an alarm",
    )
