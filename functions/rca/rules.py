"""Rules as data: one YAML file per rule in `rules/`, read and checked once per process.

A file holds ``id`` (the file's name), ``when`` (``any``: patterns of which one is found in a line; ``none``: patterns
that must not be found in it; ``also``: patterns of which one is found somewhere in the text), ``then`` (``subcause``,
``odds``, and ``transient`` where it differs from the subcause's), ``why`` (what it says of the failure) and ``cases``
(texts on which it fires, and near misses on which it does not).
"""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from functions.rca.rule import Case, Rule
from functions.rca.subcause import all_subcauses
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
        RuleError: it is not YAML, a key is unknown or missing, a pattern or the subcause is not understood, the id is
            not the file's name, or a match or a near miss is missing among the cases.
    """
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        rule = _RuleFile.model_validate(document).rule()
    except (yaml.YAMLError, ValidationError) as error:
        raise RuleError(f"rule {file_stem}: {error}") from error
    if rule.id != file_stem:
        raise RuleError(f"rule {file_stem}: its id is {rule.id!r}; the id is the name of the file")
    return rule


def _pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"pattern {pattern!r}: {error}") from error
    return pattern


def _known_subcause(name: str) -> str:
    if name not in all_subcauses():
        raise ValueError(f"unknown subcause {name!r}; known are {', '.join(all_subcauses())}")
    return name


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _When(_Part):
    any: list[Pattern] = Field(min_length=1)
    none: list[Pattern] = []
    also: list[Pattern] = []


class _Then(_Part):
    subcause: Annotated[str, AfterValidator(_known_subcause)]
    odds: float = Field(gt=0.0, le=10.0)
    transient: bool | None = None


class _Case(_Part):
    name: str
    fires: bool
    text: str


class _RuleFile(_Part):
    id: str
    when: _When
    then: _Then
    why: str
    cases: list[_Case]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if {case.fires for case in self.cases} != {True, False}:
            raise ValueError("cases need at least one match (fires: true) and one near miss (fires: false)")
        return self

    def rule(self) -> Rule:
        return Rule(
            id=self.id,
            any_of=tuple(self.when.any),
            none_of=tuple(self.when.none),
            also=tuple(self.when.also),
            subcause=all_subcauses()[self.then.subcause],
            odds=self.then.odds,
            transient=self.then.transient,
            why=self.why,
            cases=tuple(Case(case.name, case.fires, case.text) for case in self.cases),
        )
