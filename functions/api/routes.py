"""The public routes that are no engine's, and the database function that answers each."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import Refused
from shared.requests import parse

WINDOW = re.compile(r"([1-9][0-9]{0,4})(m|h|d)")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True, slots=True)
class Call:
    """A database function with its arguments. ``subject`` is what does not exist where it answers null."""

    function: str
    arguments: Mapping[str, Any]
    subject: str


class Events(BaseModel):
    """What happened: rows of the tables of the same names, each at most 10,000; ids are the caller's own."""

    model_config = ConfigDict(extra="forbid")

    executions: list[dict[str, Any]] = Field(default_factory=list, max_length=10_000)
    stages: list[dict[str, Any]] = Field(default_factory=list, max_length=10_000)
    metrics: list[dict[str, Any]] = Field(default_factory=list, max_length=10_000)
    logs: list[dict[str, Any]] = Field(default_factory=list, max_length=10_000)


def call_for(method: str, path: str, *, query: Mapping[str, str], body: bytes) -> Call:
    """The call that answers a request.

    Raises:
        Refused: 404 for a path that is none of ours, 405 for another method, 400 or 422 for what cannot be read.
    """
    for allowed, pattern, make in _ROUTES:
        found = pattern.fullmatch(path.rstrip("/"))
        if found is None:
            continue
        if method != allowed:
            raise Refused(405, "Method not allowed", f"send {allowed} to {path}")
        return make(found.groups(), query, body)
    raise Refused(404, "Not found", f"nothing is served at {path}")


def window_of(text: str) -> str:
    """A length of time such as ``30m``, ``24h`` or ``7d``, in the database's words.

    >>> window_of("24h")
    '24 hours'

    Raises:
        Refused: 422 for anything else.
    """
    found = WINDOW.fullmatch(text)
    if found is None:
        raise Refused(422, "Invalid request", "window: send a number with m, h or d, such as 30m, 24h or 7d")
    return f"{found[1]} {UNITS[found[2]]}"


def _ingest(places: tuple[str, ...], query: Mapping[str, str], body: bytes) -> Call:
    # Read to be refused in words; the rows themselves are the database's to judge.
    parse(Events, body)
    return Call("ingest", {"payload": json.loads(body)}, "payload")


def _snapshot(places: tuple[str, ...], query: Mapping[str, str], body: bytes) -> Call:
    (pipeline,) = places
    arguments = {"of_pipeline": pipeline, "time_window": window_of(query.get("window", "24h"))}
    return Call("monitoring_snapshot", arguments, f"pipeline {pipeline}")


_Make = Callable[[tuple[str, ...], Mapping[str, str], bytes], Call]
_ROUTES: tuple[tuple[Literal["GET", "POST"], re.Pattern[str], _Make], ...] = (
    ("POST", re.compile("/api/monitoring/ingest"), _ingest),
    ("GET", re.compile(f"/api/monitoring/({UUID})/snapshot"), _snapshot),
)
