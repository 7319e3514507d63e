"""The words that a text must hold for a regular expression to have a chance in it: a quick look before a slow one."""

from collections.abc import Iterable, Sequence
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

SHORTEST = 3


def needed_words(pattern: str) -> frozenset[str]:
    """Lower-case words of which one is in every text that the pattern matches; empty where there is no such word.

    >>> sorted(needed_words(r"no space left|\\bENOSPC\\b"))
    ['enospc', 'no space left']
    >>> needed_words(r"[45]\\d\\d|error")
    frozenset()
    """
    found = _of_sequence(_parser.parse(pattern))
    return frozenset(found) if found and min(map(len, found)) >= SHORTEST else frozenset()


def _of_sequence(items: Iterable[Any]) -> Sequence[str]:
    """The best of what the parts of a sequence need: the one whose shortest word is longest."""
    best: Sequence[str] = ()
    run = ""
    for kind, value in [*items, (None, None)]:
        if kind is _constants.LITERAL:
            run += chr(value).lower()
            continue
        best = _longer(best, [run] if run else ())
        run = ""
        best = _longer(best, _of_part(kind, value))
    return best


def _of_part(kind: Any, value: Any) -> Sequence[str]:
    if kind is _constants.SUBPATTERN:
        return _of_sequence(value[-1])
    if kind is _constants.MAX_REPEAT and value[0] >= 1:
        return _of_sequence(value[2])
    if kind is _constants.BRANCH:
        branches = [_of_sequence(branch) for branch in value[1]]
        return [word for branch in branches for word in branch] if all(branches) else ()
    return ()


def _longer(one: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    return max(one, other, key=lambda words: min(map(len, words), default=0))
