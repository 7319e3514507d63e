"""One rule: conditions on the facts of a failure, and what they speak for."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Fact = float | str | bool
Operator = Literal["is", "one_of", "at_least", "below"]
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "one_of": lambda value, choices: value in choices,
    "at_least": operator.ge,
    "below": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """``fact operator operand``. A fact that is not known meets no condition."""

    fact: str
    operator: Operator
    operand: Any

    def met(self, facts: Mapping[str, Fact]) -> bool:
        """Whether the fact is known and the condition holds."""
        value = facts.get(self.fact)
        return value is not None and OPERATORS[self.operator](value, self.operand)


@dataclass(frozen=True, slots=True)
class Case:
    """Facts, and whether the rule fires on them."""

    name: str
    fires: bool
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Rule:
    """``action`` is one of the actions, or ``do_not_retry``. ``prior`` is how often it is believed to help before
    anything was measured, ``patience`` how many times the usual wait comes before it."""

    id: str
    when: tuple[Condition, ...]
    action: str
    prior: float
    patience: float
    why: str
    cases: tuple[Case, ...]

    def fires(self, facts: Mapping[str, Fact]) -> bool:
        """Whether all conditions hold."""
        return all(condition.met(facts) for condition in self.when)
