"""Objects with a text, one per line, and the answers to them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from functions.rca.diagnose import diagnose


def answers(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The answer to each object, with its ``id``, in order; empty lines have none.

    Raises:
        click.ClickException: a line is no object, or a value is of the wrong kind; the sentence names line and key.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            asked = _object(number, line)
            found = diagnose(
                _text(number, asked, "text") or "",
                passing_log=_text(number, asked, "passing_log"),
                stages=_stages(number, asked),
                measures=_measures(number, asked),
            )
            yield {"id": asked.get("id"), **found.document()}


def _object(number: int, line: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"Line {number} is not JSON: {error}.") from error
    if not isinstance(value, dict) or "text" not in value:
        raise click.ClickException(f"Line {number} has to be an object with the keys id and text.")
    return value


def _text(number: int, asked: Mapping[str, Any], key: str) -> str | None:
    value = asked.get(key)
    if value is not None and not isinstance(value, str):
        raise click.ClickException(f"Line {number}: {key} has to be a text, not {type(value).__name__}.")
    return value


def _stages(number: int, asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    value = asked.get("stages") or []
    if not isinstance(value, list):
        raise click.ClickException(f"Line {number}: stages has to be a list of objects.")
    return [stage for stage in value if isinstance(stage, dict)]


def _measures(number: int, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    value = asked.get("metrics") or {}
    if not isinstance(value, dict):
        raise click.ClickException(f"Line {number}: metrics has to be an object of numbers by name.")
    return value
