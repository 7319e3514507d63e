"""What else was seen: it may have contributed, and is not the answer."""

from collections.abc import Sequence

from functions.rca.diagnosis import Cause
from functions.rca.hit import Hit

LEAST_ODDS = 0.3
MOST = 5


def factors_of(hits: Sequence[Hit], causes: Sequence[Cause]) -> tuple[str, ...]:
    """Sentences about the other subcauses that something speaks for, and measures at their limits."""
    first = causes[0].subcause if causes else ""
    told: dict[str, str] = {}
    for hit in hits:
        if hit.odds >= LEAST_ODDS and hit.subcause.name != first:
            place = f"line {hit.saying.number}" if hit.saying.number else hit.saying.text
            told.setdefault(hit.subcause.name, f"{hit.why} ({place})")
    return tuple(list(told.values())[:MOST])
