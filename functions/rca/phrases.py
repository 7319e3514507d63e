"""What a line is by its first words: an exception, or harmless."""

import re

from functions.rca import words

_HEADER = re.compile(
    r"\W{0,4}(?:E +)?(?:Caused by: |caused by:? )?(?:[\w$]{1,60}[.:]{1,2}){0,12}"
    r"(?:Exception\b|[A-Z]\w{0,60}(?:Error|Exception|Fault|Killed|Exit|Timeout|Violation)\b)"
)
_WARNING_CLASS = re.compile(r"Warning\b|\bexpected (?:by|in) (?:this|the) test")


def is_exception(text: str) -> bool:
    """Whether a line begins with the name of an exception.

    >>> is_exception("java.io.IOException: closed"), is_exception("exception_handler loaded")
    (True, False)
    """
    return bool(_HEADER.match(text))


def is_harmless(text: str) -> bool:
    """Whether a line speaks of failures only to say that there were none, or that they do not matter.

    >>> is_harmless("12 tests, 0 errors"), is_harmless("12 tests, 1 failed")
    (True, False)
    """
    if not words.HARMLESS.search(text) or words.NOT_HARMLESS.search(text):
        return False
    return not is_exception(text) or bool(_WARNING_CLASS.search(text))
