"""Read single values out of database rows, HTTP bodies and files, whatever they hold."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

_GAP = "\n…\n"
MAX_NAME_CHARACTERS = 120
MAX_MAGNITUDE = 1e30  # keeps sums, squares of logarithms and float32 copies finite


def number(value: object) -> float | None:
    """A finite float, or None for anything else.

    PostgreSQL sends NaN and Infinity as strings inside JSON; both mean "not measured" here, and so does
    a magnitude above 1e30.

    >>> number(3), number("12.5"), number(True)
    (3.0, 12.5, 1.0)
    >>> number("NaN"), number(float("inf")), number(10**400), number("fast"), number(None)
    (None, None, None, None, None)
    """
    if type(value) is not float:
        if not isinstance(value, str) and not hasattr(value, "__float__"):
            return None
        try:
            value = float(value)
        except (ValueError, OverflowError):
            return None
    return value if -MAX_MAGNITUDE <= value <= MAX_MAGNITUDE else None


def magnitude(value: object) -> float | None:
    """A finite float of at least zero, or None.

    >>> magnitude(0), magnitude(-1)
    (0.0, None)
    """
    result = number(value)
    return None if result is None or result < 0 else result


def whole(value: object, *, default: int, low: int = 0, high: int = 1_000_000) -> int:
    """A whole number inside ``low..high``; ``default`` where there is none.

    >>> whole("3", default=1), whole(None, default=1), whole(-4, default=1, low=1), whole(1e25, default=1)
    (3, 1, 1, 1000000)
    """
    result = number(value)
    return default if result is None else int(min(max(result, low), high))


def moment(value: object) -> datetime | None:
    """An aware datetime, or None for anything that is none (a missing zone is read as UTC).

    >>> moment("2014-05-23T08:10:37Z").isoformat()
    '2014-05-23T08:10:37+00:00'
    >>> moment("infinity"), moment("yesterday"), moment(3)
    (None, None, None)
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        value = value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
        value.timestamp()
    except (OverflowError, ValueError):
        return None
    return value


def text(value: object, *, max_bytes: int) -> str | None:
    """Text that PostgreSQL can store: no NUL, no lone surrogate, at most ``max_bytes`` of UTF-8.

    >>> text("disk\\x00 full \\ud800", max_bytes=100), text("naïve", max_bytes=3), text(7, max_bytes=9)
    ('disk\ufffd full ?', 'na', None)
    """
    if not isinstance(value, str):
        return None
    # A character is at least one byte, so the cut makes a hostile length cheap before it is encoded.
    return _storable(value[:max_bytes])[:max_bytes].decode("utf-8", "ignore")


def _storable(value: str) -> bytes:
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace")


def message(value: object, *, max_bytes: int) -> str | None:
    """`text` of which, where it is too long, the first quarter and the end are kept: a stack trace says at its end what
    happened.

    >>> message("abcdefghijklmnopqrstuvwxyz", max_bytes=20)
    'abcde\\n…\\nqrstuvwxyz'
    """
    whole = text(value, max_bytes=max_bytes)
    if not isinstance(value, str) or whole is None or len(whole) == len(value):
        return whole
    head_bytes = max_bytes // 4
    tail_bytes = max_bytes - head_bytes - len(_GAP.encode())
    tail = _storable(value[-tail_bytes:])[-tail_bytes:].decode("utf-8", "ignore")
    return f"{text(value, max_bytes=head_bytes)}{_GAP}{tail}"


def name(value: object) -> str:
    """A name cut to 120 characters; empty where there is none.

    >>> name("x" * 500) == "x" * 120, name(None)
    (True, '')
    """
    if not isinstance(value, str):
        return ""
    cut = value[:MAX_NAME_CHARACTERS]
    return cut if cut.isascii() and cut.isprintable() else text(cut, max_bytes=4 * MAX_NAME_CHARACTERS) or ""


def numbers(value: object, *, limit: int) -> dict[str, float]:
    """The first ``limit`` entries of a mapping whose value is a finite number, by name.

    Text is no number here, even where it spells one: "3146" is an identifier.

    >>> numbers({"cpu": 3, "host": "a", "app": "3146", "wait": "NaN"}, limit=10)
    {'cpu': 3.0}
    """
    found: dict[str, float] = {}
    for key, entry in pairs(value):
        if len(found) == limit:
            break
        measured, known_as = None if isinstance(entry, str) else number(entry), name(key)
        if measured is not None and known_as:
            found[known_as] = measured
    return found


def pairs(value: object) -> Iterable[tuple[object, object]]:
    """The entries of a mapping; none for anything else."""
    return value.items() if isinstance(value, Mapping) else ()
