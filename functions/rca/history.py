"""What the same error was found to be before."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from functions.rca.diagnosis import Cause

CONFIRMED, DENIED, CORRECTED, SEEN = 0.7, -1.2, 2.0, 0.05
MOST_COUNTED = 5


def weighed_by_history(causes: Sequence[Cause], former: Sequence[Mapping[str, Any]]) -> list[Cause]:
    """The causes with their confidence moved by what people said of earlier runs with the same error.

    The log odds of a cause gain 0.7 for each time that somebody confirmed it, lose 1.2 for each time that somebody
    called it wrong, gain 2 for each time that somebody named it instead, and 0.05 for each run that was found to be it;
    each counted up to five times. Then all are brought back to probabilities beside "none of these". A worked number:
    0.5 and 0.3 with the second confirmed twice: 0.3 * exp(1.4) = 1.22, so 0.26 and 0.63.
    """
    weights = [cause.confidence * math.exp(_moved(cause, former)) for cause in causes]
    families: dict[str, float] = {}
    for cause, weight in zip(causes, weights, strict=True):
        families[cause.family] = max(families.get(cause.family, 0.0), weight)
    none = max(1.0 - sum({cause.family: cause.confidence for cause in causes}.values()), 0.0)
    total = sum(families.values()) + none
    if total <= 0.0:
        return list(causes)
    moved = [replace(cause, confidence=min(weight / total, 1.0)) for cause, weight in zip(causes, weights, strict=True)]
    return sorted(moved, key=lambda cause: -cause.confidence)


def _moved(cause: Cause, former: Sequence[Mapping[str, Any]]) -> float:
    moved = 0.0
    for found in former:
        if found["subcause"] == cause.subcause:
            moved += CONFIRMED * _counted(found["confirmed"]) + DENIED * _counted(found["denied"])
            moved += SEEN * _counted(found["runs"])
        if found.get("correct_cause") in (cause.subcause, cause.family):
            moved += CORRECTED
    return moved


def _counted(times: Any) -> int:
    return min(int(times or 0), MOST_COUNTED)
