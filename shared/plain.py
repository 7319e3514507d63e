"""Decisions as rows: plain values, short numbers."""

from collections.abc import Hashable
from dataclasses import fields
from functools import cache
from typing import Any

DECIMALS = 6


def plain(value: Any) -> Any:
    """A frozen dataclass, with what is nested in it, as JSON takes it; numbers to a millionth.

    `dataclasses.asdict` would copy every leaf, which costs more than the decision.
    """
    if isinstance(value, float):
        return round(value, DECIMALS)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple | list):
        return [plain(element) for element in value]
    kind: Any = type(value)
    return {name: plain(getattr(value, name)) for name in _names(kind)}


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))  # type: ignore[arg-type]
