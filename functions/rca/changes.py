"""What differs between a run and the last one that went well."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_CHANGES = 20
MOST_CHARACTERS = 60
VOLUME_RATIO = 2.0

_SECRET = re.compile(r"secret|passw|token|credential|api_?key|private", re.IGNORECASE)
_HIDDEN = "(hidden)"
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """``where`` is a path such as ``config.env.REGION``; values are short texts, of secrets nothing is shown."""

    where: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """The change in words."""
        return f"since the last success {self.where} changed from {self.before} to {self.after}"


def changes_since(run: Mapping[str, Any], context: Mapping[str, Any]) -> list[Change]:
    """What changed from ``context["last_success"]`` to the run: config keys, metadata, trigger, and a volume or number
    of rows that at least doubled or halved. Empty without a success before.

    >>> changes_since({"metadata": {"image": "etl:2"}}, {"config": {"memory_mb": 512, "env": {"API_TOKEN": "b"}},
    ...     "last_success": {"config": {"memory_mb": 1024, "env": {"API_TOKEN": "a"}}, "metadata": {"image": "etl:1"}}})
    [Change(where='config.memory_mb', before='1024', after='512'), \
Change(where='config.env.API_TOKEN', before='(hidden)', after='(hidden)'), \
Change(where='metadata.image', before='etl:1', after='etl:2')]
    """
    former = context.get("last_success")
    if not isinstance(former, Mapping):
        return []
    found = [
        *_differences("config", former.get("config"), context.get("config")),
        *(
            change
            for change in _differences("metadata", former.get("metadata"), run.get("metadata"))
            if not _is_number(change)
        ),
        *_differences("trigger_type", former.get("trigger_type"), run.get("trigger_type")),
        *_sizes(former, run),
    ]
    return found[:MOST_CHANGES]


def _differences(where: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _differences(f"{where}.{key}"[:200], before.get(key, _ABSENT), after.get(key, _ABSENT))
    elif before != after and before is not None and after is not None:
        hide = bool(_SECRET.search(where))
        yield Change(where, _HIDDEN if hide else _shown(before), _HIDDEN if hide else _shown(after))


def _sizes(former: Mapping[str, Any], run: Mapping[str, Any]) -> Iterator[Change]:
    for name in ("rows_processed", "data_volume_mb"):
        before, after = former.get(name), run.get(name)
        if isinstance(before, int | float) and isinstance(after, int | float) and before > 0 and after >= 0:
            ratio = after / before
            if ratio >= VOLUME_RATIO or ratio <= 1.0 / VOLUME_RATIO:
                yield Change(name, _shown(before), _shown(after))


def _is_number(change: Change) -> bool:
    """Whether both values are numbers: metadata counts and sizes differ from run to run."""
    try:
        float(change.before), float(change.after)
    except ValueError:
        return False
    return True


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
