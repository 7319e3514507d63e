"""The lines that matter: stack traces, runs of error lines, what comes with them; without what is always said."""

import re
from collections.abc import Iterator, Sequence

from functions.rca.log import Log
from functions.rca.message import end_of_time, message_of
from functions.rca.saying import is_harmless, key_of
from shared.signatures.frames import Kind, line_kind

GAP = 2
RECENT_LINES = 2_500
RECENT_SHARE = 0.15

_START = re.compile(
    r"\W{0,4}(?:\[?(?:ERROR|FATAL|SEVERE|CRITICAL|FAILURE)\]?\b|Traceback \(most recent|Caused by|Suppressed: |panic: |npm ERR!|fatal: |error(?:\[\w+\])?: |Error: |E  |##\[error\]|FAILED\b|FAIL\b"
    r"|\*\*\* |\* What went wrong|Exception in thread|(?:[\w$]{1,60}\.){1,12}\w{0,60}(?:Exception|Error)\b|[A-Z]\w{0,60}(?:Error|Exception)(?::|$))"
)
_IN_LINE = re.compile(
    r"\b(?:No space left|Permission denied|cannot|could not|unable to|not found|does not exist|no such file|timed out|refused|undefined reference|cannot find symbol|Killed|Segmentation fault"
    r"|FAILED|failed with|fatal:|went wrong|failure status|marked build as failure|has failed|FAILURE!)",
)
_CLOSING = re.compile(
    r"\W*(?:\[INFO\]|INFO\b|Finished: |BUILD FAIL|COMPILATION ERROR|WARNING|Try:|Get more help|Run with --|\d+ actionable task|For more information)|-{5,}"
)
"""Lines that end a run of error lines, or only say that there was one."""
_MARKS = ("error", "exception", "traceback", "fatal", "fail", "cause", "panic", "no space", "denied", "cannot", "could not", "unable", "not found", "exist", "no such", "timed out", "refused", "undefined", "killed", "fault", "severe", "critical", "wrong", "suppressed")


def telling_lines(log: Log, passing: Log | None = None) -> list[int]:
    """Numbers of the lines that matter, in order; with a passing log, lines that it has too start nothing.

    >>> telling_lines(Log.of("reading\\nERROR disk is full\\n  at a.B.c(B.java:1)\\nINFO bye"))
    [2, 3]
    """
    known = frozenset(map(key_of, passing.lines)) if passing else frozenset()
    begin = 0 if known else _recent(log.lines)
    return [log.number(index) for first, end in _blocks(log.lines, begin, known) for index in range(first, end)]


def _recent(lines: Sequence[str]) -> int:
    """From where on lines count without a passing log to compare with: what is long before the last fault is not it."""
    last = next((index for index in range(len(lines) - 1, -1, -1) if _starts(lines[index], frozenset())), 0)
    return max(last - int(max(RECENT_LINES, RECENT_SHARE * len(lines))), 0)


def _blocks(lines: Sequence[str], begin: int, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Runs of lines as (first index, index after the last)."""
    index = begin
    while index < len(lines):
        if _starts(lines[index], known):
            end = _end(lines, index + 1)
            yield index, end
            index = end
        else:
            index += 1


def _starts(line: str, known: frozenset[str]) -> bool:
    low = line.lower()
    if not any(mark in low for mark in _MARKS) or (known and key_of(line) in known):
        return False
    message = message_of(line)
    text = message.text
    if is_harmless(text) or _CLOSING.match(line):
        return False
    return message.level == "error" or bool(_START.match(text)) or (message.level == "none" and bool(_IN_LINE.search(text)))


def _end(lines: Sequence[str], index: int) -> int:
    """Where a run of error lines ends: it takes frames, indented lines, and what stands shortly before more of them."""
    last = index
    while index < len(lines) and index - last <= GAP:
        line = lines[index]
        message = message_of(line)
        if message.level != "error" and (_CLOSING.match(message.text) or message.level != "none"):
            break
        if _belongs(line) or _starts(line, frozenset()):
            last = index + 1
        index += 1
    return last


def _belongs(line: str) -> bool:
    if not line.strip():
        return False
    text = line[end_of_time(line) :]
    return line_kind(text)[0] is Kind.FRAME or text[:1] in " \t" or text.startswith(("... ", "at ", "Caused by", "> "))
