"""The lines that matter: stack traces, runs of error lines, what comes with them; without what is always said."""

import re
from collections.abc import Collection, Iterator

from functions.rca.log import Log
from functions.rca.message import end_of_time, message_of
from functions.rca.phrases import is_harmless
from shared.signatures.frames import Kind, line_kind

GAP = 2
RECENT_LINES = 2_500
RECENT_SHARE = 0.15

_START = re.compile(
    r"\W{0,4}(?:\[?(?:ERROR|FATAL|SEVERE|CRITICAL|FAILURE)\]?\b|Traceback \(most recent|Caused by|Suppressed: "
    r"|panic: |npm ERR!|fatal: |error(?:\[\w+\])?: |Error: |E  |##\[error\]|FAILED\b|FAIL\b"
    r"|\*\*\* |\* What went wrong|Exception in thread|(?:[\w$]{1,60}\.){1,12}\w{0,60}(?:Exception|Error)\b"
    r"|[A-Z]\w{0,60}(?:Error|Exception)(?::|$))"
)
_IN_LINE = re.compile(
    r"\b(?:No space left|Permission denied|cannot|could not|unable to|not found|does not exist|no such file"
    r"|timed out|refused|undefined reference|cannot find symbol|Killed|Segmentation fault"
    r"|FAILED|failed with|fatal:|went wrong|failure status|marked build as failure|has failed|FAILURE!)",
)
_CLOSING = re.compile(
    r"\W*(?:\[INFO\]|INFO\b|Finished: |BUILD FAIL|COMPILATION ERROR|WARNING|Try:|Get more help|Run with --"
    r"|\d+ actionable task|For more information)|-{5,}"
)
"""Lines that end a run of error lines, or only say that there was one."""
_MARKS = (
    b"error", b"exception", b"traceback", b"fatal", b"fail", b"cause", b"panic", b"no space", b"denied", b"cannot",
    b"could not", b"unable", b"not found", b"exist", b"no such", b"timed out", b"refused", b"undefined", b"killed",
    b"fault", b"severe", b"critical", b"wrong", b"suppressed",
)  # fmt: skip


def telling_lines(log: Log, passing: Log | None = None) -> list[int]:
    """Numbers of the lines that matter, in order; with a passing log, lines that it has too start nothing.

    >>> telling_lines(Log.of("reading\\nERROR disk is full\\n  at a.B.c(B.java:1)\\nINFO bye"))
    [2, 3]
    """
    known = frozenset(passing.keys) if passing else frozenset()
    begin = 0 if known else _recent(log)
    return [log.number(index) for first, end in _blocks(log, begin, known) for index in range(first, end)]


def _recent(log: Log) -> int:
    """From where on lines count without a passing log to compare with: what is long before the last fault is not it."""
    last = next((index for index in range(len(log.lines) - 1, -1, -1) if _starts(log, index)), 0)
    return max(last - int(max(RECENT_LINES, RECENT_SHARE * len(log.lines))), 0)


def _blocks(log: Log, begin: int, known: Collection[bytes]) -> Iterator[tuple[int, int]]:
    """Runs of lines as (first index, index after the last)."""
    index = begin
    while index < len(log.lines):
        if _starts(log, index, known):
            end = _end(log, index + 1)
            yield index, end
            index = end
        else:
            index += 1


def _starts(log: Log, index: int, known: Collection[bytes] = ()) -> bool:
    key = log.keys[index]
    if key in known or not any(mark in key for mark in _MARKS):
        return False
    if _CLOSING.match(log.lines[index]):
        return False
    message = message_of(log.lines[index])
    begins = message.level == "error" or bool(_START.match(message.text))
    if not begins and (message.level != "none" or not _IN_LINE.search(message.text)):
        return False
    return not is_harmless(message.text)


def _end(log: Log, index: int) -> int:
    """Where a run of error lines ends: it takes frames, indented lines, and what stands shortly before more of them."""
    last = index
    while index < len(log.lines) and index - last <= GAP:
        message = message_of(log.lines[index])
        if message.level != "error" and (_CLOSING.match(message.text) or message.level != "none"):
            break
        if _belongs(log.lines[index]) or _starts(log, index):
            last = index + 1
        index += 1
    return last


def _belongs(line: str) -> bool:
    if not line.strip():
        return False
    text = line[end_of_time(line) :]
    return line_kind(text)[0] is Kind.FRAME or text[:1] in " \t" or text.startswith(("... ", "at ", "Caused by", "> "))
