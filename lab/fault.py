"""Faults as data: what is wrong, what the right diagnosis is, what repairs it, and when it passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lab.errors import LabError

FILE = Path(__file__).with_name("faults.yml")
STAGES = ("extract", "load", "transform", "validate", "publish")
ACTIONS = frozenset(
    ["retry_stage", "restart_worker", "increase_timeout", "scale_resources", "switch_fallback", "rollback_config"]
)


@dataclass(frozen=True, slots=True)
class Clears:
    """When a fault is over. Nothing given: never."""

    after_seconds: float | None = None
    after_attempts: int | None = None
    chance: float | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and the truth about it. ``stage`` is None where nothing is wrong; ``truth`` names the right causes.

    ``good_runs`` before it strikes: by default as many as make a version of a configuration known to be good.
    """

    name: str
    meaning: str
    stage: str | None = None
    truth: Sequence[str] = ()
    healed_by: Sequence[str] = ()
    also: Sequence[str] = ()
    clears: Clears = Clears()
    pipelines: int = 1
    good_runs: int = 5

    @property
    def is_control(self) -> bool:
        """Whether nothing is wrong."""
        return self.stage is None

    @property
    def is_healable(self) -> bool:
        """Whether an action that needs no person repairs it."""
        return bool(self.healed_by)

    def permits(self, action: str, *, times: int) -> bool:
        """Whether the action, taken so many times, did no harm. What no action heals may be retried once.

        >>> [fault("wrong_password").permits("retry_stage", times=times) for times in (1, 2)]
        [True, False]
        >>> fault("control").permits("retry_stage", times=1), fault("memory_limit").permits("scale_resources", times=3)
        (False, True)
        """
        if self.is_control or self.stage == "publish":
            return False
        return action in (*self.healed_by, *self.also) or (action == "retry_stage" and times <= 1)

    def is_right(self, family: str | None, subcause: str | None) -> bool:
        """Whether a diagnosis is the right one.

        >>> fault("wrong_password").is_right("connection_auth", "authentication_failed")
        True
        """
        return f"{family}/{subcause}" in self.truth or subcause in self.truth


@cache
def all_faults() -> Mapping[str, Fault]:
    """Every fault, by name.

    Raises:
        LabError: the file is not as it must be.
    """
    return {name: read_fault(name, entry) for name, entry in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()}


def fault(name: str) -> Fault:
    """The fault of that name.

    Raises:
        LabError: there is none.
    """
    if name not in all_faults():
        raise LabError(f"There is no fault {name!r}: there are {', '.join(all_faults())}.")
    return all_faults()[name]


def read_fault(name: str, entry: Mapping[str, Any]) -> Fault:
    """A fault from its entry.

    >>> read_fault("rain", {"meaning": "wet beans", "stage": "roast"})
    Traceback (most recent call last):
    lab.errors.LabError: Fault rain: there is no stage 'roast'.
    """
    unknown = set(entry) - {field.name for field in fields(Fault)}
    clears = entry.get("clears", {})
    unknown |= set(clears) - {field.name for field in fields(Clears)}
    if unknown:
        raise LabError(f"Fault {name}: {', '.join(sorted(unknown))} is not known.")
    read = Fault(**{**entry, "name": name, "clears": Clears(**clears)})
    if read.stage is not None and read.stage not in STAGES:
        raise LabError(f"Fault {name}: there is no stage {read.stage!r}.")
    if wrong := {*read.healed_by, *read.also, *([read.clears.by] if read.clears.by else [])} - ACTIONS:
        raise LabError(f"Fault {name}: there is no action {', '.join(sorted(wrong))}.")
    if read.is_healable and read.clears == Clears():
        raise LabError(f"Fault {name}: what an action heals must clear at some time.")
    return read
