"""A text as numbered lines: bounded, without colours, whatever bytes it was."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

MOST_CHARACTERS = 32_000_000
MOST_LINES = 50_000
HEAD_LINES = 5_000
LONGEST_LINE = 2_000
LINE_TAIL = 400

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Log:
    """Lines from the beginning and the end of a text; ``skipped`` lines between them are not there.

    A line ends at ``\\n``, ``\\r\\n`` or a ``\\r`` alone (a progress bar).
    """

    lines: Sequence[str]
    skipped: int = 0

    @classmethod
    def of(cls, text: str) -> "Log":
        """The lines of a text: the first 5,000 and the last 45,000, of each the first 1,600 and last 400 characters.

        >>> Log.of("\\x1b[31mred\\x1b[0m\\r\\nnext\\rlast").lines
        ['red', 'next', 'last']
        """
        text = _bounded(text)
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")
        skipped = max(len(lines) - MOST_LINES, 0)
        if skipped:
            del lines[HEAD_LINES : HEAD_LINES + skipped]
        return cls(list(map(_clean, lines)), skipped)

    def number(self, index: int) -> int:
        """The line's number in the text, from 1."""
        return index + 1 + (self.skipped if index >= HEAD_LINES else 0)

    def index(self, number: int) -> int:
        """Where a line of this number is; the inverse of `number`."""
        return number - 1 - (self.skipped if number > HEAD_LINES else 0)

    @cached_property
    def keys(self) -> Sequence[bytes]:
        """Of each line what it has in common with lines that differ in digits alone: a time, a count, an id.

        In lower case. Far cheaper than templates, for logs of 50,000 lines.

        >>> Log.of("12:00:01 Read 31 rows\\n12:00:09 read 7 rows").keys
        [b':: read  rows', b':: read  rows']
        """
        whole = "\n".join(self.lines).encode("utf-8", "replace")
        return whole.lower().translate(None, b"0123456789").split(b"\n")

    def last(self, count: int) -> Sequence[tuple[int, str]]:
        """Number and text of the last lines that say something, the last first."""
        found: list[tuple[int, str]] = []
        for index in range(len(self.lines) - 1, -1, -1):
            if self.lines[index].strip():
                found.append((self.number(index), self.lines[index]))
            if len(found) == count:
                break
        return found

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Number and text of each line that says something."""
        return ((self.number(index), line) for index, line in enumerate(self.lines) if line and not line.isspace())


def _bounded(text: str) -> str:
    """The text, or of one that is too large its first quarter and its last three quarters of what is allowed."""
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[: MOST_CHARACTERS // 4]}\n{text[-3 * MOST_CHARACTERS // 4 :]}"


def _clean(line: str) -> str:
    if len(line) > LONGEST_LINE:
        line = f"{line[: LONGEST_LINE - LINE_TAIL]} … {line[-LINE_TAIL:]}"
    if line.isprintable():
        return line
    if "\x1b" in line:
        line = _ESCAPES.sub("", line)
    return _CONTROLS.sub(" ", line)
