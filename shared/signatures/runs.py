"""Values side by side are one: lists of any length, dates in words, numbers with their units."""

import re

from shared.signatures.words import MASK

_DAYS = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DATE_WORDS = re.compile(rf"\b(?:{_DAYS}|{_MONTHS})[,.]?\s(?=(?:{_MONTHS}\s)?{MASK})")
_ZONES = re.compile(rf"{MASK}\s(?:AM|PM|UTC|GMT|[ECMP][DS]T|CES?T|BST|IST|JST)\b")
_UNITS = re.compile(
    rf"""{MASK}\s(?:
        bytes?|b|[kmgtp]i?b|b/s|[kmg]bps|[kmg]?hz
        |ns|[mu]s|µs|m?secs?|milliseconds?|microseconds?|s|seconds?|mins?|minutes?|h|hrs?|hours?|days?|weeks?
        |%|percent
    )(?![\w.]*\w|%)""",
    re.IGNORECASE | re.VERBOSE,
)
_OBJECT = re.compile(rf"=\w{{1,64}}[{{(\[]{MASK}[}})\]]")
_SIGN = re.compile(rf"(?<![\w{MASK}])(?:[~#$€£±+-]+|<)(?={MASK}(?!>))")
_PADDING = re.compile(rf"(?<={MASK})={{1,2}}(?=[\s,)]|$)")
_SOFT = r"[\s,;:|/()\[\]{}<>+&~.@x-]"
_RUN = re.compile(rf"{MASK}(?:{_SOFT}*{MASK})+([)\]}}]*)|{MASK}\s?(?:\(\s*\)|\[\s*\])")


def join_runs(line: str) -> str:
    """The line with one mask where several stand side by side.

    >>> join_runs("at Sat Jun # # lost #, # (#) and # KB".replace("#", MASK)).replace(MASK, "#")
    'at # lost # and #'
    """
    if MASK not in line:
        return line
    line = _ZONES.sub(MASK, _DATE_WORDS.sub("", line))
    line = _SIGN.sub("", _UNITS.sub(MASK, line))
    line = _RUN.sub(_joined, _PADDING.sub("", line))
    return _OBJECT.sub(f"={MASK}", line)


def _joined(match: re.Match[str]) -> str:
    """One mask, with the brackets that the run closes but did not open."""
    whole, closers = match.group(), match.group(1) or ""
    inner = whole[: len(whole) - len(closers)]
    opened = sum(map(inner.count, "([{"))
    closed = sum(map(inner.count, ")]}"))
    if closed > opened:
        closers = "".join(letter for letter in inner if letter in ")]}")[: closed - opened] + closers
    return MASK + closers[max(opened - closed, 0) :]
