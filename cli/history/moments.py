"""Turn the text of one cell into a time. Raises ValueError with a sentence that says what to write."""

from datetime import UTC, datetime


def required_moment(cell: str) -> datetime:
    """A time in UTC. One without a zone is UTC.

    >>> required_moment("2014-05-23T10:10:38.5+02:00").isoformat()
    '2014-05-23T08:10:38.500000+00:00'
    """
    try:
        value = datetime.fromisoformat(cell)
    except ValueError:
        value = _moment_with_spaces(cell)
    zone = value.tzinfo
    if zone is UTC:
        return value
    try:
        return value.replace(tzinfo=UTC) if zone is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range: write a year from 1 to 9999") from None


def _moment_with_spaces(cell: str) -> datetime:
    stripped = cell.strip()
    if not stripped:
        raise ValueError("is empty: every run needs one")
    try:
        return datetime.fromisoformat(stripped)
    except ValueError:
        raise ValueError("is no ISO 8601 time: write it like 2014-05-23T08:10:37Z") from None


def optional_moment(cell: str) -> datetime | None:
    """A time in UTC, or None for an empty cell."""
    return required_moment(cell) if cell and not cell.isspace() else None
