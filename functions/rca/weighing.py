"""From hits to probabilities."""

import math
from collections.abc import Mapping, Sequence

from functions.rca.diagnosis import Cause, Evidence
from functions.rca.hit import Hit

NOTHING = 2.2
SHARPNESS = 1.25
AGAIN = 0.25
MOST_EVIDENCE = 8
MOST_CHARACTERS = 300


def causes_of(hits: Sequence[Hit]) -> tuple[list[Cause], float]:
    """Causes, the most probable first, and the probability that none of them is it.

    A subcause's log odds are those of its heaviest hit, and a quarter of those of the heaviest on another line; with
    those of no cause (2.2) they become probabilities that add up to 1 (softmax of 1.25 times the odds; the factor
    brings the confidences near the shares of right answers). A cause's confidence is the sum over
    its family.
    """
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.subcause.name, []).append(hit)
    odds = {name: _odds(group) for name, group in groups.items()}
    shares = _softmax(odds | {"": NOTHING})
    families: dict[str, float] = {}
    for name, group in groups.items():
        families[group[0].subcause.family] = families.get(group[0].subcause.family, 0.0) + shares[name]
    ranked = sorted(groups, key=lambda name: (-families[groups[name][0].subcause.family], -shares[name], name))
    return [_cause(groups[name], families[groups[name][0].subcause.family]) for name in ranked], shares[""]


def _odds(group: Sequence[Hit]) -> float:
    others = [hit.odds for hit in group[1:] if hit.saying.number != group[0].saying.number]
    return group[0].odds + AGAIN * max(others, default=0.0)


def _softmax(odds: Mapping[str, float]) -> dict[str, float]:
    largest = max(odds.values())
    shares = {name: math.exp(SHARPNESS * (value - largest)) for name, value in odds.items()}
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}


def _cause(group: Sequence[Hit], confidence: float) -> Cause:
    subcause = group[0].subcause
    lines: dict[int, Evidence] = {}
    for hit in group:
        text = hit.saying.text.strip()[:MOST_CHARACTERS]
        lines.setdefault(hit.saying.number, Evidence(hit.saying.number, text, round(hit.odds, 2), hit.why))
    return Cause(
        family=subcause.family,
        subcause=subcause.name,
        confidence=confidence,
        transient=group[0].transient,
        meaning=subcause.meaning,
        first_action=subcause.first_action,
        evidence=tuple(list(lines.values())[:MOST_EVIDENCE]),
    )
