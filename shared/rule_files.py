"""Rules as data: one YAML file per rule, each with its reason and its own cases."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from shared.errors import FlexiRoasterError


class RuleError(FlexiRoasterError, ValueError):
    """A rule file says something that is not understood; the message names the file and the place."""


class RulePart(BaseModel):
    """A part of a rule file: an unknown key or a value of another type is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CasePart(RulePart):
    """On what a rule fires, or (a near miss) does not."""

    name: str
    fires: bool


class RuleFile(RulePart):
    """What every rule file holds: ``id`` (the file's name), ``why``, and ``cases`` of both kinds."""

    id: str
    why: str
    cases: Sequence[CasePart]

    @model_validator(mode="after")
    def _has_cases_of_both_kinds(self) -> Self:
        if {case.fires for case in self.cases} != {True, False}:
            raise ValueError("cases need at least one match (fires: true) and one near miss (fires: false)")
        return self


File = TypeVar("File", bound=RuleFile)
Rule = TypeVar("Rule")


def read_rule_file(model: type[File], file_stem: str, text: str) -> File:
    """The content of one rule file.

    Raises:
        RuleError: it is not YAML, the model refuses it, or the id is not the file's name.
    """
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        file = model.model_validate(document)
    except (yaml.YAMLError, ValidationError) as error:
        raise RuleError(f"rule {file_stem}: {error}") from error
    if file.id != file_stem:
        raise RuleError(f"rule {file_stem}: its id is {file.id!r}; the id is the name of the file")
    return file


def rules_in(folder: Path, parse: Callable[[str, str], Rule]) -> tuple[Rule, ...]:
    """Every rule of a folder, in order of name; ``parse`` makes one from its file's name and text.

    Raises:
        RuleError: a file is not understood.
    """
    return tuple(parse(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.yml")))
