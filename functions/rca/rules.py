"""Rules as data: one YAML file per rule in `rules/`, read and checked once per process.

A file holds ``id`` (the file's name), ``when`` (``any``: patterns of which one is found in a line; ``none``: patterns
that must not be found in it; ``also``: patterns of which one is found somewhere in the text), ``then`` (``subcause``,
``odds``, and ``transient`` where it differs from the subcause's), ``why`` (what it says of the failure) and ``cases``
(texts on which it fires, and near misses on which it does not).
"""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from functions.rca.rule import Case, Rule
from functions.rca.subcause import all_subcauses
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
        RuleError: it is not YAML, a key is unknown or missing, a pattern or the subcause is not understood, the id is
            not the file's name, or a match or a near miss is missing among the cases.
    """
    return read_rule_file(_RuleFile, file_stem, text).rule()


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


class _When(RulePart):
    any: list[Pattern] = Field(min_length=1)
    none: list[Pattern] = Field(default_factory=list)
    also: list[Pattern] = Field(default_factory=list)


class _Then(RulePart):
    subcause: Annotated[str, AfterValidator(_known_subcause)]
    odds: float = Field(gt=0.0, le=10.0)
    transient: bool | None = None


class _Case(CasePart):
    text: str


class _RuleFile(RuleFile):
    when: _When
    then: _Then
    cases: list[_Case]

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
