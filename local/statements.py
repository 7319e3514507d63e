"""Splits a SQL script into statements, so that an error can name its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
      --[^\n]*
    | /\*
    | \b[eE]'(?:[^'\\]|\\.|'')*'
    | '(?:[^']|'')*'
    | "(?:[^"]|"")*"
    | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)
    | (?P<atomic>\bbegin\s+atomic\b)
    | (?P<case>\bcase\b)
    | (?P<end>\bend\b)
    | (?P<stop>;)
    | \$\d+ | [\w$]+ | \s+ | .
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
COMMENT_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon; `line` (from 1) is where its first word stands."""

    text: str
    line: int


def split(script: str) -> list[Statement]:
    """The script's statements, empty ones left out.

    >>> [(s.text, s.line) for s in split("select ';';\\n-- a; b\\ndo $$ begin; end $$;")]
    [("select ';'", 1), ('do $$ begin; end $$', 3)]
    """
    found = []
    for start, end in _ranges(script):
        text = script[start:end].strip()
        if text:
            found.append(Statement(text=text, line=script.count("\n", 0, start) + 1))
    return found


def _ranges(script: str) -> Iterator[tuple[int, int]]:
    start: int | None = None
    position = 0
    depth = 0
    while position < len(script):
        token = TOKEN.match(script, position)
        if token is None:
            raise AssertionError("the last alternative matches any character")
        text = token.group()
        if text == "/*":
            position = _comment_end(script, position)
            continue
        position = token.end()
        if text.startswith("--") or text.isspace():
            continue
        if token["stop"] and depth == 0:
            if start is not None:
                yield start, token.start()
            start = None
            continue
        if start is None:
            start = token.start()
        if token["atomic"] or (token["case"] and depth):
            depth += 1
        elif token["end"] and depth:
            depth -= 1
    if start is not None:
        yield start, len(script)


def _comment_end(script: str, position: int) -> int:
    """Where the block comment that opens at `position` ends; block comments nest."""
    depth = 0
    for edge in COMMENT_EDGE.finditer(script, position):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(script)
