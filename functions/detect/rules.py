"""Rules as data: one YAML file per rule in `rules/`, read and checked once per process.

A file holds ``id`` (the file's name), ``when`` (per fact, operators with a number, a text or another fact's name; all
must hold), ``then`` (``feature``, ``direction``, ``weight``, ``action``), ``why`` (the sentence, with ``{fact}`` in it)
and ``cases`` (facts on which it fires, and near misses on which it does not). A fact that is not known holds no
condition.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from functions.detect.detection import Direction, GuardrailAction
from functions.detect.facts import FACTS
from functions.detect.rule import PLACEHOLDER, Case, Condition, Operator, Rule
from shared.errors import FlexiRoasterError

FOLDER = Path(__file__).parent / "rules"


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
        RuleError: it is not YAML, a key is unknown or missing, a fact, operator, action or direction is unknown, the id
            is not the file's name, or a match or a near miss is missing among the cases.
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
    feature: FactName
    direction: Direction
    weight: float = Field(gt=0.0, lt=1.0)
    action: GuardrailAction
    while_learning: bool = False


class _Case(_Part):
    name: str
    fires: bool
    facts: dict[FactName, float | str]


class _RuleFile(_Part):
    id: str
    when: dict[FactName, dict[Operator, float | str]] = Field(min_length=1)
    then: _Then
    why: str
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
        if {case.fires for case in self.cases} != {True, False}:
            raise ValueError("cases need at least one match (fires: true) and one near miss (fires: false)")
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
