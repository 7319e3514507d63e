"""Rules as data: one YAML file per rule in `rules/`, read and checked once per process.

A file holds ``id`` (the file's name), ``when`` (per fact, operators with a value; all must hold), ``then`` (``action``
with its ``prior`` chance of helping and ``patience``; or ``action: do_not_retry``), ``why`` (the sentence) and
``cases`` (facts on which it fires, and near misses on which it does not).
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from functions.heal.action import ActionName
from functions.heal.facts import FACTS
from functions.heal.rule import Case, Condition, Fact, Operator, Rule
from shared.errors import FlexiRoasterError

FOLDER = Path(__file__).parent / "rules"
DO_NOT_RETRY = "do_not_retry"


class RuleError(FlexiRoasterError, ValueError):
    """A rule file says something that is not understood; the message names the file and the place."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the folder, in order of name.

    Raises:
        RuleError: a file is not understood.
    """
    return tuple(parse_rule(path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yml")))


def parse_rule(file_stem: str, text: str) -> Rule:
    """One rule from its file.

    Raises:
        RuleError: it is not YAML, a key is unknown or missing, a fact, operator or action is unknown, the id is not the
            file's name, or a match or a near miss is missing among the cases.
    """
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        rule = _RuleFile.model_validate(document).rule()
    except (yaml.YAMLError, ValidationError) as error:
        raise RuleError(f"rule {file_stem}: {error}") from error
    if rule.id != file_stem:
        raise RuleError(f"rule {file_stem}: its id is {rule.id!r}; the id is the name of the file")
    return rule


def _known_fact(name: str) -> str:
    if name not in FACTS:
        raise ValueError(f"unknown fact {name!r}; known are {', '.join(FACTS)}")
    return name


FactName = Annotated[str, AfterValidator(_known_fact)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Then(_Part):
    action: ActionName | Literal["do_not_retry"]
    prior: float = Field(default=0.5, gt=0.0, lt=1.0)
    patience: float = Field(default=1.0, ge=1.0, le=100.0)


class _Case(_Part):
    name: str
    fires: bool
    facts: dict[FactName, Fact]


class _RuleFile(_Part):
    id: str
    when: dict[FactName, dict[Operator, Any]] = Field(min_length=1)
    then: _Then
    why: str
    cases: list[_Case]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if {case.fires for case in self.cases} != {True, False}:
            raise ValueError("cases need at least one match (fires: true) and one near miss (fires: false)")
        return self

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
