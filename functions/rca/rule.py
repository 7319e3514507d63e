"""One rule: what a line must say, and which subcause that speaks for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from functions.rca.literals import needed_words
from functions.rca.subcause import Subcause


@dataclass(frozen=True)
class Case:
    """A text, and whether the rule fires on a line of it."""

    name: str
    fires: bool
    text: str


@dataclass(frozen=True)
class Rule:
    """Fires on a line in which one of ``any_of`` is found and none of ``none_of``, case aside.

    ``also`` must be found somewhere in the same text. ``odds`` are log odds for the subcause, before the weight of the
    line: 2 is a hint, 3 a usual phrase, 5 a code or class that means this alone. ``transient`` overrides what the
    subcause says.
    """

    id: str
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]
    also: tuple[str, ...]
    subcause: Subcause
    odds: float
    transient: bool | None
    why: str
    cases: tuple[Case, ...]

    @property
    def is_transient(self) -> bool:
        """Whether an identical retry can help."""
        return self.subcause.transient if self.transient is None else self.transient

    def patterns_for(self, text: str) -> Sequence[re.Pattern[str]]:
        """The patterns that have a chance in a text, given in lower case; none where the text lacks ``also``."""
        if self._also and not self._also.search(text):
            return ()
        return [pattern for chance, pattern in self._looks if chance(text)]

    def fires(self, line: str, patterns: Sequence[re.Pattern[str]]) -> bool:
        """Whether one of these patterns of the rule is found in a line, and nothing that it must not hold."""
        found = any(pattern.search(line) for pattern in patterns)
        return found and not (self._none and self._none.search(line))

    @cached_property
    def _looks(self) -> Sequence[tuple[Callable[[str], bool], re.Pattern[str]]]:
        return [(_chance(pattern), re.compile(pattern, re.IGNORECASE)) for pattern in self.any_of]

    @cached_property
    def _none(self) -> re.Pattern[str] | None:
        return _one_of(self.none_of)

    @cached_property
    def _also(self) -> re.Pattern[str] | None:
        return _one_of(self.also)


def _one_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None


def _chance(pattern: str) -> Callable[[str], bool]:
    words = needed_words(pattern)
    if not words:
        return lambda text: True
    return lambda text: any(word in text for word in words)
