"""Read values back out of stored state, refusing what no statistic can have written."""

LARGEST = 1e15  # more than any count, epoch second or number of spreads that is kept


def stored_number(value: object) -> float:
    """A float of a magnitude up to 1e15.

    Raises:
        ValueError: it is no such number.
    """
    if isinstance(value, int | float) and -LARGEST <= value <= LARGEST:
        return float(value)
    raise ValueError(f"a stored number is finite, not {value!r:.40}")


def stored_numbers(value: object, count: int) -> list[float]:
    """A list of ``count`` floats of a magnitude up to 1e15.

    Raises:
        ValueError: it is no such list.
    """
    if not isinstance(value, list | tuple) or len(value) != count:
        raise ValueError(f"expected {count} stored numbers, not {value!r:.40}")
    numbers = [float(entry) for entry in value]
    if not all(-LARGEST <= number <= LARGEST for number in numbers):
        raise ValueError(f"stored numbers are finite, not {value!r:.40}")
    return numbers


def stored_count(value: object) -> int:
    """A whole number of at least zero.

    Raises:
        ValueError: it is none.
    """
    count = stored_number(value)
    if count < 0 or count != int(count):
        raise ValueError(f"a stored count is a whole number of at least 0, not {value!r:.40}")
    return int(count)


def stored_moment(value: object) -> float | None:
    """Epoch seconds, or None for "never".

    Raises:
        ValueError: it is neither.
    """
    return None if value is None else stored_number(value)


def stored_text(value: object) -> str:
    """Text.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str):
        return value
    raise ValueError(f"expected stored text, not {value!r:.40}")
