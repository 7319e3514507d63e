"""What can be wrong: five families and their subcauses, with what to do first."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import yaml

Family = Literal["connection_auth", "resource_bottleneck", "schema_data", "configuration_drift", "stage_failure"]
FAMILIES: tuple[Family, ...] = get_args(Family)
FILE = Path(__file__).parent / "subcauses.yml"


@dataclass(frozen=True, slots=True)
class Subcause:
    """A kind of cause. ``transient``: an identical retry can help."""

    name: str
    family: Family
    transient: bool
    meaning: str
    first_action: str


@cache
def all_subcauses() -> Mapping[str, Subcause]:
    """Every subcause by name, in the order of the file.

    >>> all_subcauses()["disk_full"].family
    'resource_bottleneck'
    """
    document = yaml.load(FILE.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {
        name: Subcause(name=name, family=family, **fields)
        for family in FAMILIES
        for name, fields in document[family].items()
    }
