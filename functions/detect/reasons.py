"""Reasons in plain words."""

from collections.abc import Mapping

from functions.detect.detection import Reason
from functions.detect.facts import FACTS, Fact
from functions.detect.quantity import say, say_range
from functions.detect.rule import Rule
from functions.detect.strange_measure import StrangeMeasure
from functions.detect.together import Together


def measure_reason(strange: StrangeMeasure) -> Reason:
    """A measure beside the range in which four fifths of its last values lay: "took 41 min; usually 9 to 13 min".

    What is usual for the pipeline but not for such a run is said so: "used memory of 160 MB; 70 to 90 MB would fit the
    rest of the run".
    """
    low, high, unit = strange.low, strange.high, strange.kind.unit
    said = say_range(low, high, unit)
    said = f"{said} would fit the rest of the run" if strange.is_implied else f"usually {said}"
    return Reason(
        feature=strange.name,
        value=strange.value,
        expected_low=low,
        expected_high=high,
        unit=unit,
        direction="above" if strange.value > high else "below",
        weight=strange.weight,
        text=f"{strange.kind.label} {say(strange.value, unit)}; {said}",
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


def together_reason(found: Together, *, alarm_from: float, weight: float) -> Reason:
    """No ordinary run measured nearly the same, with the measures that make most of the difference."""
    most = f", above all {' and '.join(found.names)}" if found.names else ""
    return Reason(
        feature="measures_together",
        value=found.strangeness,
        expected_low=0.0,
        expected_high=alarm_from,
        unit="",
        direction="above",
        weight=weight,
        text=f"its measures together are unlike those of any ordinary run{most}",
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
