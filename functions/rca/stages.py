"""Where it broke: the deepest stage that failed by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.rca.words import WRAPPER

NAME_KEYS = ("name", "stage_name", "stage", "task_id", "id")
UPSTREAM_KEYS = ("upstream", "depends_on", "upstream_stages", "upstream_stage_ids", "needs", "dependencies")
PARENT_KEYS = ("parent", "parent_stage", "parent_id", "group")
ERROR_KEYS = ("error_message", "error", "message", "log")
FAILED = frozenset({"failed", "failure", "error", "timeout", "timed_out", "errored", "killed"})


def failing_stage(stages: Sequence[Mapping[str, Any]]) -> str | None:
    """The name of the stage to blame, or None where none failed by itself.

    Of the failed stages those count whose error is their own words, where there are such; of these, one that has no
    failed stage before it (upstream) or in it (children). A cycle or an unknown parent changes nothing.

    >>> failing_stage([
    ...     {"name": "nightly", "status": "failed", "error": "task_failure"},
    ...     {"name": "load", "status": "failed", "error": "disk is full", "parent": "nightly"},
    ...     {"name": "publish", "status": "upstream_failed", "depends_on": ["load"]},
    ... ])
    'load'
    """
    by_name = {name: stage for stage in stages if (name := _first(stage, NAME_KEYS))}
    failed = [name for name, stage in by_name.items() if str(stage.get("status", "")).lower() in FAILED]
    own = [name for name in failed if _has_own_words(by_name[name])] or failed
    blamed = set(own)
    roots = [
        name for name in own if not (_before(name, by_name) & blamed - {name}) and not _inside(name, by_name) & blamed
    ]
    started = sorted(roots or own, key=lambda name: str(by_name[name].get("started_at") or "~"))
    return started[0] if started else None


def stage_error(stages: Sequence[Mapping[str, Any]], name: str | None) -> str:
    """What a stage said when it failed; empty where nothing."""
    return next((_first(stage, ERROR_KEYS) for stage in stages if name and _first(stage, NAME_KEYS) == name), "")


def _first(stage: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((str(stage[key]) for key in keys if stage.get(key)), "")


def _has_own_words(stage: Mapping[str, Any]) -> bool:
    said = _first(stage, ERROR_KEYS).strip()
    return bool(said) and not WRAPPER.match(said[:400])


def _before(name: str, by_name: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """All stages upstream of one."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        stage = by_name.get(waiting.pop(), {})
        found = next((stage[key] for key in UPSTREAM_KEYS if stage.get(key)), ())
        names = [found] if isinstance(found, str) else [str(one) for one in found] if isinstance(found, list) else []
        fresh = [one for one in names if one not in seen]
        seen.update(fresh)
        waiting += fresh
    return seen - {name}


def _inside(name: str, by_name: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """All stages of which one is a parent, however far up."""
    inside: set[str] = set()
    for child in by_name:
        above, seen = _first(by_name[child], PARENT_KEYS), {child}
        while above and above not in seen:
            if above == name:
                inside.add(child)
                break
            seen.add(above)
            above = _first(by_name.get(above, {}), PARENT_KEYS)
    return inside
