"""How a run ended, by its own last words, and whether a fault was overcome before."""

import re

from functions.rca import words
from functions.rca.log import Log
from functions.rca.message import message_of
from functions.rca.phrases import is_harmless

LAST_WORDS = 40
SOON = 60

_NAMES = re.compile(r"[a-z]{4,}")
_IDLE = frozenset(
    [
        "info",
        "warn",
        "warning",
        "error",
        "retry",
        "retrying",
        "attempt",
        "failed",
        "with",
        "from",
        "after",
        "this",
        "that",
        "level",
        "message",
    ]
)


def success_line(log: Log) -> int | None:
    """The number of the line that says that the run went well, where no later one says that it failed.

    >>> success_line(Log.of("connection refused\\nretrying\\nINFO all stages completed"))
    3
    >>> success_line(Log.of("INFO job finished\\nTask exited with code 1")) is None
    True
    """
    for number, line in log.last(LAST_WORDS):
        message = message_of(line)
        if not is_harmless(message.text) and (message.level == "error" or words.FAILED.search(message.text)):
            return None
        if message.level in ("quiet", "none") and words.SUCCEEDED.search(message.text):
            return number
    return None


def is_overcome(log: Log, number: int) -> bool:
    """Whether one of the lines soon after says that it works again, before any says that it failed.

    >>> log = Log.of("WARN connection lost\\nINFO reconnected")
    >>> is_overcome(log, 1), is_overcome(log, 2)
    (True, False)
    """
    index = log.index(number)
    names = _names(log.lines[index])
    for line in log.lines[index + 1 : index + 1 + SOON]:
        message = message_of(line)
        if message.level == "error" or words.GIVING_UP.search(message.text):
            return False
        if words.FAILED.search(message.text) or message.level == "warning":
            continue
        if words.RECOVERED.search(message.text):
            return True
        if words.WENT_WELL.search(message.text) and names & _names(message.text):
            return True
    return False


def _names(line: str) -> set[str]:
    return set(_NAMES.findall(line[:1000].lower())) - _IDLE
