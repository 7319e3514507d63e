"""The lines of a stack trace: which are frames, and of which function."""

import re
from enum import Enum


class Kind(Enum):
    """What a line of a log is to a stack trace."""

    TEXT = "text"
    FRAME = "frame"
    # A banner, a line of source code, a count of frames left out: it says nothing of the failure.
    FILLER = "filler"


_PYTHON = re.compile(r'File "[^"\n]{0,400}", line \d{1,9}(?:, in (\S{1,200}))?')
# Java, JavaScript and .NET: ``at org.acme.Roaster.heat(Roaster.java:12)``, ``at async heat (/srv/roast.js:3:9)``.
_AT = re.compile(r"at (?:async |new )?([\w.$<>/\[\]`@ -]{1,200}?)\s?\(|at (?:async )?(?:file:|node:|/|[A-Za-z]:\\)")
_AT_BARE = re.compile(r"at ([\w$]{1,80}(?:\.[\w$<>]{1,80}){1,20})$")
_GO = re.compile(
    r"((?:[\w.-]{1,80}/){0,10}[\w-]{1,80}(?:\.\(?\*?[\w.]{1,80}\)?){1,5})\((?:0x|\.\.\.|\{|\)|[\d, ]{0,80}\))"
)
_GO_PLACE = re.compile(r"\S{1,400}\.(?:go|s):\d{1,9}(?: \+0x[0-9a-f]{1,16})?$")
_NUMBERED = re.compile(r"#?\d{1,4}:?\s{1,8}(?:0x[0-9a-f]{1,16}\s{1,4}(?:in|-)\s)?([\w:<>~$.]{1,200})(?=\s?\(|$)")
_RUBY = re.compile(r"(?:from )?\S{1,200}\.rb:\d{1,9}:in [`']([^'\n]{1,200})'$")
_FILLER = re.compile(
    r"Traceback \(most recent call last\)|During handling of the above|The above exception was the direct"
    r"|goroutine \d|created by |\.\.\. \d{1,6} (?:more|common frames)|\[Previous line repeated|--- End of |[~^]{1,200}$"
    r"|stack backtrace:|note: run with|Stack trace:|exit status \d"
)
_VARYING = re.compile(r"\d{1,40}|0x[0-9a-f]{1,16}|<locals>\.?")


def line_kind(line: str) -> tuple[Kind, str]:
    """The kind of a line, and of a frame its function without numbers; empty where it has no name.

    >>> line_kind("    at org.acme.Roaster.heat(Roaster.java:12)")
    (<Kind.FRAME: 'frame'>, 'org.acme.Roaster.heat')
    >>> line_kind("disk is full")[0], line_kind("  ... 23 more")[0]
    (<Kind.TEXT: 'text'>, <Kind.FILLER: 'filler'>)
    """
    bare = line.strip()[:500]
    if _FILLER.match(bare):
        return Kind.FILLER, ""
    found = None
    if bare.startswith("at "):
        found = _AT.match(bare) or _AT_BARE.match(bare)
    elif bare.startswith('File "'):
        found = _PYTHON.match(bare)
    elif bare[:1] in "#0123456789" and line[:1] in " \t#0123456789":
        found = _NUMBERED.match(bare)
    elif ".rb:" in bare:
        found = _RUBY.match(bare)
    elif bare.endswith(")"):
        found = _GO.match(bare)
    if found:
        return Kind.FRAME, _VARYING.sub("", found.group(1) or "")
    return (Kind.FILLER if line[:1] == "\t" and _GO_PLACE.match(bare) else Kind.TEXT), ""
