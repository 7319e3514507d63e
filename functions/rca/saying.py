"""The lines of a log that may say what broke, each with the weight of its word."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from functions.rca import words
from functions.rca.log import Log
from functions.rca.message import Level, Message, message_of
from functions.rca.phrases import is_exception, is_harmless
from shared.signatures.frames import Kind, line_kind

LONG_LOG = 1_500
MOST_SAYINGS = 1_500
MOST_FIRST = 500
MOST_CHARACTERS = 1_000
LEVEL_WEIGHTS: dict[Level, float] = {"error": 1.0, "none": 0.95, "warning": 0.45, "quiet": 0.12}
BEFORE_ERROR = 0.8
NEAR_LINES = 3
QUIET_EXCEPTION = 0.85
QUIET_GIVING_UP = 0.6
TRYING = 0.4
OUTER = 0.75
KNOWN = 0.1

_CAUSE = re.compile(r"\W{0,6}(?:caused by\b|\[?cause\]?:|root cause\b|reason: )", re.IGNORECASE)
_NEXT_EXCEPTION = re.compile(r"During handling of the above|The above exception was the direct cause")
_TITLE = re.compile(r"\s*[●○]\s|\s*\d{1,3}\) [\w#:]{1,80}[# ]|_{4,} .{1,200} _{4,}$|={4,} ")
_TEST_NAME = re.compile(r"(?<=\.py)::\S+")


@dataclass(frozen=True, slots=True)
class Saying:
    """A line (or one line of the stack trace in it). ``weight`` in 0..1: how much its words count as a cause."""

    number: int
    text: str
    level: Level
    weight: float


def sayings_of(log: Log, known: Collection[bytes] = ()) -> list[Saying]:
    """The lines that may tell, in order; ``known`` are the keys of a passing log's lines, which tell little.

    A long log is looked through for words of failure first, and of lines that differ in digits alone the first and the
    last are taken.
    """
    said: list[Saying] = []
    after_marker = False
    for number, line in _worth_reading(log):
        kind, _ = line_kind(line)
        if kind is not Kind.TEXT or _is_source(log, number, line):
            after_marker = after_marker or bool(_NEXT_EXCEPTION.search(line))
            continue
        message = message_of(line)
        if message.level != "none":
            after_marker = False
        weight = _weight(message) * (KNOWN if known and log.keys[log.index(number)] in known else 1.0)
        if _CAUSE.match(message.text):
            said = _outer_before(said)
        elif after_marker and is_exception(message.text):
            weight *= OUTER
        said += _lines_of(message, number, weight)
    return _warned(said)


def _warned(said: Sequence[Saying]) -> list[Saying]:
    """What was said, with more weight for a warning that stands right before an error: it often says why."""
    errors = {saying.number for saying in said if saying.level == "error"}
    return [
        replace(saying, weight=max(saying.weight, BEFORE_ERROR))
        if saying.level == "warning"
        and saying.weight >= LEVEL_WEIGHTS["warning"]
        and not errors.isdisjoint(range(saying.number + 1, saying.number + 1 + NEAR_LINES))
        else saying
        for saying in said
    ]


def _worth_reading(log: Log) -> Iterator[tuple[int, str]]:
    if len(log.lines) <= LONG_LOG:
        return log.numbered()
    last = {key: index for index, key in enumerate(log.keys)}
    first = {key: index for index, key in zip(range(len(log.keys) - 1, -1, -1), reversed(log.keys), strict=True)}
    telling = [key for key in last if any(stem in key for stem in words.STEMS)]
    both = sorted({*(first[key] for key in telling), *(last[key] for key in telling)})
    if len(both) > MOST_SAYINGS:
        both = both[:MOST_FIRST] + both[MOST_FIRST - MOST_SAYINGS :]
    return ((log.number(index), log.lines[index]) for index in both)


def _is_source(log: Log, number: int, line: str) -> bool:
    """Whether a line is the source code that a Python frame shows."""
    index = log.index(number)
    before = log.lines[index - 1] if index else ""
    if not before.lstrip().startswith('File "'):
        return False
    return len(line) - len(line.lstrip()) > len(before) - len(before.lstrip())


def _weight(message: Message) -> float:
    text = message.text[:MOST_CHARACTERS]
    if words.WRAPPER.match(text[:400]) or _TITLE.match(text[:400]):
        return 0.0
    if message.level != "error" and is_harmless(text):
        return 0.0
    weight = LEVEL_WEIGHTS[message.level]
    gave_up = bool(words.GIVING_UP.search(text))
    if message.level == "quiet":
        weight = QUIET_EXCEPTION if is_exception(text) else QUIET_GIVING_UP if gave_up else weight
    elif message.level == "warning" and gave_up:
        weight = 1.0
    if not gave_up and words.TRYING.search(text):
        weight *= TRYING
    return weight


def _outer_before(said: Sequence[Saying]) -> list[Saying]:
    """What was said, with less weight for the exceptions around the one that follows."""
    changed = list(said)
    for index in range(len(said) - 1, max(len(said) - 20, -1), -1):
        changed[index] = replace(said[index], weight=said[index].weight * OUTER)
        if said[index].level != "none" or not is_exception(said[index].text):
            break
    return changed


def _lines_of(message: Message, number: int, weight: float) -> Iterator[Saying]:
    for line in message.text.split("\n")[:40]:
        if line.strip() and line_kind(line)[0] is Kind.TEXT:
            yield Saying(number, _TEST_NAME.sub("", line[:MOST_CHARACTERS]), message.level, weight)
