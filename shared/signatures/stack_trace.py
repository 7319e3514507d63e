"""The essence of a stack trace: the faults in their order, and the functions nearest to where it broke."""

import re
from collections.abc import Sequence

from shared.signatures.frames import Kind, line_kind

TOP_FRAMES = 3
MOST_FAULTS = 6

Kinds = Sequence[tuple[Kind, str]]

_FAULT = re.compile(
    r"(?:Caused by: |Suppressed: |panic: |fatal error: |Exception in thread |Unhandled exception|thread '"
    r"|(?:[\w$]{1,80}[.:\\]{1,2}){0,20}[A-Z]\w{0,80}(?:Exception|Error|Exit|Interrupt|Fault|Warning|Timeout)\b)"
)


def stack_essence(lines: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The lines of the faults and the names of the top functions; None where there is no stack trace.

    >>> stack_essence(["Traceback (most recent call last):", '  File "a.py", line 3, in heat', "KeyError: 'x'"])
    (["KeyError: 'x'"], ['heat'])
    """
    kinds = [line_kind(line) for line in lines]
    frames = [index for index, (kind, _) in enumerate(kinds) if kind is Kind.FRAME]
    if not frames:
        return None
    if lines[frames[0]].lstrip().startswith('File "'):
        faults, places = _innermost_last(lines, kinds)
        faults = faults[-MOST_FAULTS:]
    else:
        faults, places = _innermost_first(lines, kinds, frames)
        faults = faults[:MOST_FAULTS]
    return [lines[index].strip() for index in faults], [kinds[index][1] for index in places]


def _innermost_last(lines: Sequence[str], kinds: Kinds) -> tuple[list[int], list[int]]:
    """Python: the first line that is not indented after each block of frames, and the last frames of the last block."""
    faults: list[int] = []
    block: list[int] = []
    top: list[int] = []
    for index, (kind, _) in enumerate(kinds):
        if kind is Kind.FRAME:
            block.append(index)
        elif block and kind is Kind.TEXT and lines[index][0] not in " \t":
            faults.append(index)
            top, block = block, []
    return faults, (top or block)[-TOP_FRAMES:]


def _innermost_first(lines: Sequence[str], kinds: Kinds, frames: Sequence[int]) -> tuple[list[int], list[int]]:
    """The others: the line before the frames and what else names a fault, and the first frames."""
    texts = [index for index, (kind, _) in enumerate(kinds) if kind is Kind.TEXT]
    end = max(index for index, (kind, _) in enumerate(kinds) if kind is not Kind.TEXT)
    before = [index for index in texts if index < frames[0]][-1:]
    named = [index for index in texts if index < end and _FAULT.match(lines[index].strip())]
    return sorted({*before, *named}), [index for index in frames if kinds[index][1]][:TOP_FRAMES]
