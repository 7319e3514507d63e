"""Turn the text of one cell into the numbers that were known before a run."""

import json
import math

from cli.history.cells import storable

_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def context_numbers(cell: str) -> dict[str, float | str]:
    """A JSON object of numbers, and of texts that name something. Nulls, NaN and infinities are left out."""
    if not cell:
        return {}
    try:
        value = _json(cell)
    except (ValueError, RecursionError):
        if cell.isspace():
            return {}
        raise ValueError('is no JSON: write an object of numbers, like {"rows_expected": 1200}') from None
    if not isinstance(value, dict):
        raise ValueError('is no JSON object: write names and numbers, like {"rows_expected": 1200}')
    found: dict[str, float | str] = {}
    for key, entry in value.items():
        if type(entry) is int or type(entry) is float:
            if _is_finite(entry):
                found[key] = entry
        elif isinstance(entry, str):
            found[key] = storable(entry)
        elif isinstance(entry, bool):
            found[key] = int(entry)
        elif entry is not None:
            raise ValueError(f"holds {key!r:.40}, which is neither a number nor a text: write one number per name")
    return found if cell.isascii() and "\\" not in cell else {storable(key): entry for key, entry in found.items()}


def _json(cell: str) -> object:
    try:
        value, end = _scan(cell, 0)  # a third of the time of json.loads
    except StopIteration:
        end = -1
    return value if end == len(cell) else json.loads(cell)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
