"""One rule: conditions on facts, and what it says when they all hold."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from functions.detect.detection import Direction, GuardrailAction
from functions.detect.facts import FACTS, Fact
from functions.detect.quantity import say

Operator = Literal["above", "at_least", "below", "at_most", "equals"]
OPERATORS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
    "equals": operator.eq,
}
PLACEHOLDER = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Condition:
    """``fact operator operand``; the operand is a value, or the name of another fact where ``is_fact``."""

    fact: str
    operator: Operator
    operand: Fact
    is_fact: bool = False

    def met(self, facts: Mapping[str, Fact]) -> bool:
        """Whether both sides are known and the condition holds between them."""
        value = facts.get(self.fact)
        operand = facts.get(str(self.operand)) if self.is_fact else self.operand
        return value is not None and operand is not None and OPERATORS[self.operator](value, operand)


@dataclass(frozen=True, slots=True)
class Case:
    """Facts, and whether the rule fires on them."""

    name: str
    fires: bool
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Rule:
    """``weight`` in 0..1 is the score that it gives alone: 0.5 is an alarm. ``action`` is the least guardrail action.

    A rule that names what is wrong for any pipeline alarms ``while_learning``; the others wait for history.
    """

    id: str
    when: tuple[Condition, ...]
    feature: str
    direction: Direction
    weight: float
    action: GuardrailAction
    while_learning: bool
    why: str
    cases: tuple[Case, ...]

    def fires(self, facts: Mapping[str, Fact]) -> bool:
        """Whether all conditions hold."""
        return all(condition.met(facts) for condition in self.when)

    def says(self, facts: Mapping[str, Fact]) -> str:
        """Its sentence with the facts filled in, in their units."""
        return PLACEHOLDER.sub(lambda found: _said(found[1], facts), self.why)


def _said(name: str, facts: Mapping[str, Fact]) -> str:
    fact = facts[name]
    return fact if isinstance(fact, str) else say(fact, FACTS[name])
