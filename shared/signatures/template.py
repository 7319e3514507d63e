"""The template of a message, a log or a stack trace."""

import re
from collections.abc import Iterator

from shared.signatures.json_line import json_text
from shared.signatures.line import line_template
from shared.signatures.plain_text import plain_text
from shared.signatures.stack_trace import stack_essence
from shared.signatures.telling_lines import telling_lines
from shared.signatures.words import MASK

LONGEST_TEMPLATE = 1_000
MOST_LINES = 200

_DATED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s")


def template_of(text: str | None) -> str:
    """What stays of a text when the values are taken out, in at most 1,000 characters; empty where nothing is said.

    Of a stack trace: each fault, then the functions nearest to it. Of a JSON line: its message. Stateless: the same
    text has the same template everywhere and always. Time is bounded, whatever the text is.

    >>> template_of("worker 17: cannot read 'orders-2024.csv' at 0x7ffd3a10")
    'worker <*>: cannot read <*> at <*>'
    >>> template_of('{"ts": "2026-03-02T10:00:00Z", "msg": "cannot read /data/17.csv"}')
    'cannot read <*>'
    """
    if not text:
        return ""
    plain = plain_text(text).strip()
    if "\n" not in plain and plain[:1] != "{":
        return _cut(line_template(plain))
    lines = [line for line in map(_undated, _lines(text, plain)) if _says_something(line)][-MOST_LINES:]
    found = stack_essence(lines)
    if found is None:
        return _cut("\n".join(dict.fromkeys(map(line_template, telling_lines(lines)))))
    faults, functions = found
    return _cut("\n".join([*map(line_template, faults), *(f"in {name}" for name in functions)]))


def _lines(text: str, plain: str) -> Iterator[str]:
    whole = json_text(text.strip())
    if whole is not None:
        return iter(plain_text(whole).split("\n"))
    return (said for line in plain.split("\n")[-MOST_LINES:] for said in (json_text(line) or line).split("\n"))


def _says_something(line: str) -> bool:
    return MASK in line or any(map(str.isalnum, line))


def _undated(line: str) -> str:
    """The line without the time that a collector of logs put before it."""
    dated = _DATED.match(line)
    return line[dated.end() :] if dated else line


def _cut(template: str) -> str:
    """The first 1,000 characters, up to the end of a word."""
    template = template.strip()
    if len(template) <= LONGEST_TEMPLATE:
        return template
    return template[: LONGEST_TEMPLATE + 1].rsplit(maxsplit=1)[0][:LONGEST_TEMPLATE]
