"""Rules as data: one YAML file per rule in `rules/`, read and checked once per process.

A file holds ``id`` (the file's name), ``when`` (per fact, operators with a number, a text or another fact's name; all
must hold), ``then`` (``feature``, ``direction``, ``weight``, ``action``), ``why`` (the sentence, with ``{fact}`` in it)
and ``cases`` (facts on which it fires, and near misses on which it does not). A fact that is not known holds no
condition.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from functions.detect.detection import Direction, GuardrailAction
from functions.detect.facts import FACTS
from functions.detect.rule import PLACEHOLDER, Case, Condition, Operator, Rule
from shared.rule_files import CasePart, RuleFile, RulePart, read_rule_file, rules_in

FOLDER = Path(__file__).parent / "rules"


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the folder, in order of name.

    Raises:
        RuleError: a file is not understood.
    """
    return rules_in(FOLDER, parse_rule)


def parse_rule(file_stem: str, text: str) -> Rule:
    """One rule from its file.

    Raises:
        RuleError: it is not YAML, a key is unknown or missing, a fact, operator, action or direction is unknown, the id
            is not the file's name, or a match or a near miss is missing among the cases.
    """
    return read_rule_file(_RuleFile, file_stem, text).rule()


def _known_fact(name: str) -> str:
    if name not in FACTS:
        raise ValueError(f"unknown fact {name!r}; known are {', '.join(FACTS)}")
    return name


FactName = Annotated[str, AfterValidator(_known_fact)]


class _Then(RulePart):
    feature: FactName
    direction: Direction
    weight: float = Field(gt=0.0, lt=1.0)
    action: GuardrailAction
    while_learning: bool = False


class _Case(CasePart):
    facts: dict[FactName, float | str]


class _RuleFile(RuleFile):
    when: dict[FactName, dict[Operator, float | str]] = Field(min_length=1)
    then: _Then
    cases: list[_Case]

    @model_validator(mode="after")
    def _check(self) -> Self:
        conditions = self._conditions()
        for condition in conditions:
            if isinstance(condition.operand, str) and not condition.is_fact and condition.operator != "equals":
                raise ValueError(
                    f"{condition.fact} {condition.operator} {condition.operand!r}: no number and no known fact"
                )
        asked = {c.fact for c in conditions} | {str(c.operand) for c in conditions if c.is_fact}
        unsure = set(PLACEHOLDER.findall(self.why)) - asked
        if unsure:
            raise ValueError(f"why names facts that when does not ask for: {', '.join(sorted(unsure))}")
        return self

    def rule(self) -> Rule:
        return Rule(
            id=self.id,
            when=self._conditions(),
            feature=self.then.feature,
            direction=self.then.direction,
            weight=self.then.weight,
            action=self.then.action,
            while_learning=self.then.while_learning,
            why=self.why,
            cases=tuple(Case(case.name, case.fires, case.facts) for case in self.cases),
        )

    def _conditions(self) -> tuple[Condition, ...]:
        return tuple(
            Condition(fact, operator, operand, is_fact=operand in FACTS)
            for fact, tests in self.when.items()
            for operator, operand in tests.items()
        )
