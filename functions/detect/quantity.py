"""Numbers with their unit, as a person would say them."""

_SECONDS = ((86400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def say(value: float, unit: str) -> str:
    """A value with its unit.

    >>> say(2460, "seconds"), say(0.2, "seconds"), say(3174, "MB"), say(98.2, "%"), say(10432, "rows"), say(5.123, "")
    ('41 min', '0.2 s', '3.1 GB', '98 %', '10,432 rows', '5.12')
    """
    number, name = _scaled(value, unit)
    return f"{number} {name}" if name else number


def say_range(low: float, high: float, unit: str) -> str:
    """A range with its unit, said once where both ends share it.

    >>> say_range(540, 780, "seconds"), say_range(30, 7200, "seconds"), say_range(2, 2, "")
    ('9 to 13 min', '30 s to 2 h', '2')
    """
    (first, first_name), (second, second_name) = _scaled(low, unit), _scaled(high, unit)
    if (first, first_name) == (second, second_name):
        return say(high, unit)
    beginning = first if first_name == second_name else f"{first} {first_name}".strip()
    return f"{beginning} to {second} {second_name}".strip()


def _scaled(value: float, unit: str) -> tuple[str, str]:
    if unit == "seconds":
        size, name = next(((size, name) for size, name in _SECONDS if abs(value) >= size), (1.0, "s"))
        return _digits(value / size), name
    if unit == "MB" and abs(value) >= 1024.0:
        return _digits(value / 1024.0), "GB"
    return _digits(value), unit


def _digits(value: float) -> str:
    magnitude = abs(value)
    if magnitude >= 1e9:
        return f"{value:.2e}"
    if magnitude >= 10.0 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"
