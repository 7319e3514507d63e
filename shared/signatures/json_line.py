"""What a JSON line says: its message, the kind of its error and its stack."""

import json
from collections.abc import Mapping
from typing import Any

LONGEST_DOCUMENT = 65_536
DEEPEST = 3

MESSAGE_KEYS = (
    *("message", "msg", "error_message", "errorMessage", "event"),
    *("detail", "details", "description", "reason", "text", "log"),
)
ERROR_KEYS = ("error", "err", "exception", "cause", "fault")
KIND_KEYS = (
    *("error.type", "exception.type", "type", "error_type", "errorType"),
    *("code", "status", "status_code", "statusCode", "error_code", "errorCode"),
)
STACK_KEYS = (
    *("stack", "stack_trace", "stacktrace", "stackTrace", "traceback", "exc_info"),
    *("error.stack_trace", "exception.stacktrace"),
)


def json_text(text: str) -> str | None:
    """The message and the stack of a JSON object as lines of text; None where it is none, or says nothing.

    >>> json_text('{"level": "error", "ts": 17.2, "msg": "disk is full", "error": {"type": "IOError", "row": 3}}')
    'disk is full\\ntype IOError'
    """
    if text[:1] != "{" or len(text) > LONGEST_DOCUMENT:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    said = _said(value, DEEPEST) if isinstance(value, dict) else []
    return "\n".join(dict.fromkeys(said)) or None


def _said(value: Mapping[str, Any], depth: int) -> list[str]:
    lines = [value[key] for key in MESSAGE_KEYS if isinstance(value.get(key), str)][:1]
    for key in ERROR_KEYS:
        inner = value.get(key)
        if isinstance(inner, str):
            lines.append(inner)
        elif isinstance(inner, dict) and depth:
            lines += _said(inner, depth - 1)
    if lines or depth < DEEPEST:
        lines += [f"{key} {value[key]}" for key in KIND_KEYS if isinstance(value.get(key), str | int)]
    lines += [value[key] for key in STACK_KEYS if isinstance(value.get(key), str)][:1]
    return [line for line in lines if line.strip()]
