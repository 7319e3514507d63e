"""Texts of a megabyte that are meant to take long."""

from collections.abc import Mapping

MEGABYTE = 1_000_000


def _filled(piece: str) -> str:
    return (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]


HOSTILE: Mapping[str, str] = {
    "one letter": _filled("a"),
    "one letter, then an exclamation mark": _filled("a") + "!",
    "one digit": _filled("7"),
    "quotation marks": _filled("\"'`"),
    "opening quotation marks": _filled(' "'),
    "opening brackets": _filled("[{("),
    "nested JSON": _filled('{"message":'),
    "JSON lines": _filled('{"level":"error","msg":"disk 3 is full"}\n'),
    "escape sequences": _filled("\x1b[31m"),
    "broken escape sequences": _filled("\x1b[0;"),
    "colons": _filled("a:"),
    "dots": _filled("a."),
    "slashes": _filled("/a"),
    "equals signs": _filled("a="),
    "backslashes": _filled("\\"),
    "spaces": _filled(" "),
    "new lines": _filled("\n"),
    "short words": _filled("ab 1 "),
    "masks": _filled("<*> "),
    "code words": _filled("exit status code "),
    "month names": _filled("Jan Feb "),
    "user names": _filled("for user a "),
    "Python frames": _filled('  File "a.py", line 1, in f\n'),
    "Java frames": _filled("\tat a.b.c(D.java:1)\n"),
    "frames of at": _filled("at at at at "),
    "hash frames": _filled("#1 0x1 in f ()\n"),
    "dotted Go names": _filled("a.b/c.d(") + ")",
    "log lines": _filled("2026-11-24T10:00:00Z ERROR worker-17 cannot read '/data/17.csv': timeout after 30 s\n"),
    "null characters": _filled("\x00"),
    "emoji": _filled("\U0001f525"),
}
