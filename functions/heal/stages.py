"""Which stages a retry runs, and whether they may run twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rerun:
    """``names``: the stages to run, None for all. ``unsafe``: those of them that ran and may not run twice."""

    names: Sequence[str] | None
    unsafe: Sequence[str]


def rerun_of(context: Mapping[str, Any], failed_stage: str | None) -> Rerun:
    """The failed stage and what depends on it; all, where it is not known which failed.

    What the run itself says counts before what the cause says. A stage counts as run unless the run says that it was
    skipped or never began. A pipeline without stages has told nobody that it may run twice.
    """
    declared: Sequence[Mapping[str, Any]] = context["stages"]
    states = {stage["name"]: stage["status"] for stage in context["run_stages"]}
    if not declared:
        return Rerun(None, ("the whole run",))
    failures = [stage["name"] for stage in declared if states.get(stage["name"]) == "failed"]
    possible = failures or [stage["name"] for stage in declared]
    failed = failed_stage if failed_stage in possible else next(iter(failures), None)
    names = [stage["name"] for stage in declared] if failed is None else _with_dependents(declared, failed)
    begun = {name for name in names if not states or states.get(name, "pending") not in ("pending", "skipped")}
    if failed is not None:
        begun.add(failed)
    unsafe = [stage["name"] for stage in declared if stage["name"] in begun and stage["idempotency"] == "unsafe"]
    return Rerun(None if failed is None else names, unsafe)


def _with_dependents(declared: Sequence[Mapping[str, Any]], failed: str) -> list[str]:
    """A stage and what depends on it, in order; without any dependencies declared, what comes after it."""
    if not any(stage["dependencies"] for stage in declared):
        names = [stage["name"] for stage in declared]
        return names[names.index(failed) :]
    needed = {failed}
    for _ in declared:
        needed |= {stage["name"] for stage in declared if needed & set(stage["dependencies"])}
    return [stage["name"] for stage in declared if stage["name"] in needed]
