"""The lines of a log that tell the failure."""

from collections.abc import Sequence

SHORT_LOG = 12
MOST_LINES = 6
LOOKED_AT = 400

_TELLING = (
    *("error", "exception", "fatal", "critical", "panic", "fail", "abort", "denied", "refused", "killed", "cannot"),
    *("could not", "unable", "invalid", "timeout", "timed out", "not found", "exceeded", "out of memory"),
)


def telling_lines(lines: Sequence[str]) -> Sequence[str]:
    """All lines of a short log; of a longer one the last six that speak of a failure, or its last six.

    >>> telling_lines([f"row {row} loaded" for row in range(40)] + ["disk is full: write failed", "bye"])
    ['disk is full: write failed']
    """
    if len(lines) <= SHORT_LOG:
        return lines
    return [line for line in lines if _is_telling(line[:LOOKED_AT].lower())][-MOST_LINES:] or lines[-MOST_LINES:]


def _is_telling(line: str) -> bool:
    return any(map(line.__contains__, _TELLING))
