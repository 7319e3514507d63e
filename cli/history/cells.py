"""Turn the text of one cell into a value. A converter raises ValueError with a sentence that says what to write."""

import math
from difflib import get_close_matches

from cli.history.row import STATUSES

MAX_PIPELINE_CHARACTERS = 500
MAX_ATTEMPT = 2**31 - 1
REPLACEMENT = "\ufffd"
SYNONYMS = {
    "success": "completed",
    "succeeded": "completed",
    "passed": "completed",
    "ok": "completed",
    "error": "failed",
    "failure": "failed",
    "timeout": "failed",
    "canceled": "cancelled",
    "aborted": "cancelled",
    "skipped": "cancelled",
}
TRUTHS = {"true": True, "t": True, "yes": True, "1": True, "1.0": True}
FALSEHOODS = {"false": False, "f": False, "no": False, "0": False, "0.0": False}
TRUTH_VALUES = TRUTHS | FALSEHOODS


def storable(text: str) -> str:
    """The text without what PostgreSQL refuses: NUL and lone surrogates become U+FFFD.

    >>> storable("disk\\x00 full \\ud800") == "disk\\ufffd full \\ufffd"
    True
    """
    text = text.replace("\0", REPLACEMENT)
    return text if text.isascii() else "".join(REPLACEMENT if "\ud800" <= c <= "\udfff" else c for c in text)


def required_text(cell: str) -> str:
    """Text that is there."""
    if not cell:
        raise ValueError("is empty: every run needs one")
    return cell


def pipeline_name(cell: str) -> str:
    """The name of a pipeline: 1 to 500 characters."""
    if len(cell) > MAX_PIPELINE_CHARACTERS:
        raise ValueError(f"has {len(cell)} characters: shorten the name to {MAX_PIPELINE_CHARACTERS}")
    return required_text(cell)


def optional_text(cell: str) -> str | None:
    """Text, or None for an empty cell."""
    return cell or None


def magnitude(cell: str) -> float | None:
    """A finite number of at least zero; None for an empty cell, NaN, infinity and negatives."""
    if not cell:
        return None
    value = measure(cell)
    return value if value is not None and value >= 0 else None


def measure(cell: str) -> float | None:
    """A finite number of either sign; None for an empty cell, NaN and infinity."""
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        if cell.isspace():
            return None
        raise ValueError("is no number: write it like 12.5, or leave the cell empty") from None
    return value if math.isfinite(value) else None


def attempt_number(cell: str) -> int:
    """A whole number from 1; an empty cell and anything below count as the first attempt."""
    if cell == "1" or not cell or cell.isspace():
        return 1
    try:
        value = float(cell)
        if value != int(value):
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError("is no whole number: write 1 for the first attempt, 2 for its first retry") from None
    return min(max(int(value), 1), MAX_ATTEMPT)


def final_status(cell: str) -> str:
    """One of completed, failed, cancelled."""
    if cell in STATUSES:
        return cell
    word = cell.strip().lower()
    if word in STATUSES:
        return word
    guess = SYNONYMS.get(word) or next(iter(get_close_matches(word, STATUSES, n=1)), None)
    hint = f"did you mean {guess!r}?" if guess else "a history holds runs that are over"
    raise ValueError(f"is not one of {', '.join(STATUSES)}: {hint}")


def truth(cell: str) -> bool | None:
    """True or false, or None for an empty cell."""
    word = cell.strip().lower()
    if not word:
        return None
    if word not in TRUTH_VALUES:
        raise ValueError("is neither true nor false: write true, false or leave the cell empty")
    return TRUTH_VALUES[word]
