"""What a line says, apart from when it was said and how loudly."""

import re
from dataclasses import dataclass
from typing import Literal

from shared.signatures.json_line import json_text

Level = Literal["quiet", "warning", "error", "none"]

_QUIET = {"TRACE", "DEBUG", "INFO", "INFORMATION", "NOTICE", "LOG", "VERBOSE", "FINE", "CONFIG"}
_WARNING = {"WARN", "WARNING"}
_LEVEL = re.compile(
    r"(?<![\w.'\"/-])(?:\[{1,2}|<|\()?(TRACE|DEBUG|INFO|NOTICE|VERBOSE|FINE|WARN|WARNING|ERROR|ERR|SEVERE|CRITICAL"
    r"|CRIT|FATAL"
    r"|PANIC|FAILURE|FEHLER|LOG)(?:\]{1,2}|>|\))?(?=[\s:|,;-]|$)"
)
_PROSE = re.compile(r"[a-z']{2,30} [a-z']{2,30} [a-z']{2,30}")
MOST_WORDS_BEFORE = 9
_KEY_LEVEL = re.compile(
    r"\"?\b(?:level|severity|lvl|levelname|log\.level|loglevel)\"?\s?[=:]\s?\"?(\w{3,11})", re.IGNORECASE
)
_SOFT_LEVEL = re.compile(
    r"\s{0,8}(?:\S{1,40}\s)?\[?(?:##\[)?(npm ERR!|npm warn|npm error|error|err|fatal|critical|warning|warn|info"
    r"|debug)\]?(?:\[\w{1,10}\])?[\s:]",
    re.IGNORECASE,
)
_LETTER_LEVEL = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{3,9}\s{1,8}\d{1,9} \S{1,80}\] ")
_LETTERS: dict[str, Level] = {"I": "quiet", "W": "warning", "E": "error", "F": "error"}
_EVENT = re.compile(
    r"\s{0,4}Warning\s{1,12}(?:Failed|BackOff|Unhealthy|Evict|OOM|Deadline|Inspect|ErrImage|Exceeded|Preempt|Node"
    r"|System|Kill)"
)
_TIME = re.compile(
    r"(?:[\w .-]{1,60}\t){0,2}[\s\[(<]{0,4}\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}[T\s]{0,2}"
    r"(?:\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?)?\s?(?:Z|[+-]\d\d:?\d\d|UTC)?[\])>]?[\s:|-]{0,4}"
    r"|[\s\[(]{0,4}\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?[\])]?[\s:|-]{0,4}"
)
_JUST_TIME = re.compile(r"(?:[\w .-]{1,60}\t){0,2}\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z\s?|\])?")
_PREFIX = re.compile(
    r"(?:[\s:|,;)\]>-]{1,8}|\[[^\]\n]{0,80}\]|[\w$]{1,40}(?:\.[\w$]{1,40}){1,12}(?=\s-\s|:\s|\s:\s)|\w{1,24}\s-\s)*"
)
_LOGFMT = re.compile(r"\b(?:msg|message|err|error|reason|exception|cause)=(\"(?:[^\"\\]|\\.){0,1500}\"|\S{1,300})")


@dataclass(frozen=True, slots=True)
class Message:
    """``text`` has one line per line of an embedded stack trace; ``level`` is ``none`` where the line names none."""

    text: str
    level: Level


def message_of(line: str) -> Message:
    """The message of a line of a log.

    >>> message_of("2024-05-01 02:00:14 ERROR load - disk is full")
    Message(text='disk is full', level='error')
    >>> message_of('{"level": "info", "msg": "0 errors"}')
    Message(text='0 errors', level='quiet')
    >>> message_of("error_handler loaded")
    Message(text='error_handler loaded', level='none')
    """
    head = line[:200]
    if line.lstrip()[:1] == "{":
        said = json_text(line.strip())
        if said is not None:
            return Message(said, _level_of(_KEY_LEVEL.search(line)))
    if "level=" in head or "severity=" in head:
        parts = [part.strip('"').replace('\\"', '"') for part in _LOGFMT.findall(line)]
        return Message(": ".join(parts) or line, _level_of(_KEY_LEVEL.search(head)))
    letter = _LETTER_LEVEL.match(head)
    if letter:
        return Message(line[letter.end() :].strip(), _LETTERS[letter.group(1)])
    if _EVENT.match(head):
        return Message(line.strip(), "error")
    found = _LEVEL.search(line, 0, 160)
    if found and _is_preamble(line[: found.start()]):
        rest = line[found.end() :]
        return Message(rest[_end(_PREFIX.match(rest)) :].strip() or line.strip(), _named(found.group(1)))
    rest = line[_end(_TIME.match(head)) :]
    soft = _SOFT_LEVEL.match(rest[:80])
    return Message(rest.strip(), _named(soft.group(1)) if soft else "none")


def _is_preamble(text: str) -> bool:
    """Whether what stands before a level is a time, a place and names, and no sentence."""
    return len(text.split()) <= MOST_WORDS_BEFORE and not _PROSE.search(text)


def end_of_time(line: str) -> int:
    """Where the time at the beginning of a line ends; 0 where there is none.

    >>> end_of_time("2024-05-01 02:00:14  indented"), end_of_time("no time")
    (19, 0)
    """
    return _end(_JUST_TIME.match(line[:200]))


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _level_of(match: re.Match[str] | None) -> Level:
    return _named(match.group(1)) if match else "none"


def _named(name: str) -> Level:
    word = name.upper().removeprefix("NPM ").rstrip("!")
    if word in _QUIET:
        return "quiet"
    return "warning" if word in _WARNING else "error"
