"""Rules as data: one YAML file per rule in `rules/`, read and checked once per process.

A file holds ``id`` (the file's name), ``when`` (per fact, operators with a value; all must hold), ``then`` (``action``
with its ``prior`` chance of helping and ``patience``; or ``action: do_not_retry``), ``why`` (the sentence) and
``cases`` (facts on which it fires, and near misses on which it does not).
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from functions.heal.action import ActionName
from functions.heal.facts import FACTS
from functions.heal.rule import Case, Condition, Fact, Operator, Rule
from shared.rule_files import CasePart, RuleFile, RulePart, read_rule_file, rules_in

FOLDER = Path(__file__).parent / "rules"
DO_NOT_RETRY = "do_not_retry"


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
        RuleError: it is not YAML, a key is unknown or missing, a fact, operator or action is unknown, the id is not the
            file's name, or a match or a near miss is missing among the cases.
    """
    return read_rule_file(_RuleFile, file_stem, text).rule()


def _known_fact(name: str) -> str:
    if name not in FACTS:
        raise ValueError(f"unknown fact {name!r}; known are {', '.join(FACTS)}")
    return name


FactName = Annotated[str, AfterValidator(_known_fact)]


class _Then(RulePart):
    action: ActionName | Literal["do_not_retry"]
    prior: float = Field(default=0.5, gt=0.0, lt=1.0)
    patience: float = Field(default=1.0, ge=1.0, le=100.0)


class _Case(CasePart):
    facts: dict[FactName, Fact]


class _RuleFile(RuleFile):
    when: dict[FactName, dict[Operator, Any]] = Field(min_length=1)
    then: _Then
    cases: list[_Case]

    def rule(self) -> Rule:
        conditions = [
            Condition(fact, operator, operand)
            for fact, tests in self.when.items()
            for operator, operand in tests.items()
        ]
        return Rule(
            id=self.id,
            when=tuple(conditions),
            action=self.then.action,
            prior=self.then.prior,
            patience=self.then.patience,
            why=self.why,
            cases=tuple(Case(case.name, case.fires, case.facts) for case in self.cases),
        )
