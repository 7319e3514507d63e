"""Measures of the run itself that say that something was used up."""

import math
from collections.abc import Mapping
from typing import Any

SATURATED_PERCENT = 95.0
ODDS = 1.5
SUBCAUSES = {
    "gpu": "gpu_memory_exhausted",
    "memory": "memory_exhausted",
    "mem": "memory_exhausted",
    "disk": "disk_full",
    "cpu": "cpu_starved",
    "pool": "pool_exhausted",
    "connections": "pool_exhausted",
    "file": "file_handles_exhausted",
}


def saturated(measures: Mapping[str, Any]) -> dict[str, tuple[str, float]]:
    """By subcause the measure (name, percent) that was at least at 95 % of what there is.

    A measure counts by its name (``memory_percent``, ``disk_used_percent``); of a list of numbers the largest counts,
    gaps aside.

    >>> saturated({"memory_percent": [41.0, None, 99.1], "cpu_percent": 97, "rows": 4000})
    {'memory_exhausted': ('memory_percent', 99.1), 'cpu_starved': ('cpu_percent', 97.0)}
    """
    found: dict[str, tuple[str, float]] = {}
    for name, value in measures.items():
        low = str(name).lower()
        if "percent" not in low and "pct" not in low and "utili" not in low:
            continue
        largest = _largest(value)
        subcause = next((subcause for word, subcause in SUBCAUSES.items() if word in low), None)
        if subcause and largest is not None and SATURATED_PERCENT <= largest <= 1000.0:
            found.setdefault(subcause, (str(name), largest))
    return found


def _largest(value: Any) -> float | None:
    values = value if isinstance(value, list) else [value]
    numbers = [float(one) for one in values if isinstance(one, int | float) and not isinstance(one, bool)]
    return max((number for number in numbers if math.isfinite(number)), default=None)
