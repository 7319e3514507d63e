"""The lines that a stage really wrote, as log entries: each with its level, a traceback whole."""

import re
from typing import NamedTuple

_HEAD = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL) (.*)")


class Line(NamedTuple):
    """A log entry."""

    level: str
    message: str


def log_lines(text: str) -> list[Line]:
    """The entries of an output.

    >>> log_lines("INFO began\\nTraceback (most recent call last):\\n  File\\nValueError: no rows\\n")
    [Line(level='info', message='began'), Line(level='error', message='Traceback (most recent call last):\\n  File\\nValueError: no rows')]
    """  # noqa: E501
    lines: list[Line] = []
    for line in text.splitlines():
        head = _HEAD.match(line)
        if head:
            lines.append(Line(head[1].lower(), head[2]))
        elif lines and lines[-1].message.startswith("Traceback"):
            lines[-1] = Line("error", f"{lines[-1].message}\n{line}")
        elif line.strip():
            lines.append(Line("error" if line.startswith("Traceback") else "info", line))
    return lines
