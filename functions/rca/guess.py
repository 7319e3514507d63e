"""What lines that no rule knows are like."""

import math
import re
from collections.abc import Sequence

from functions.rca.classifier import shares_of
from functions.rca.hit import Hit
from functions.rca.phrases import is_exception
from functions.rca.saying import Saying
from functions.rca.subcause import FAMILIES, all_subcauses
from functions.rca.weighing import NOTHING
from functions.rca.words import STEMS

ENOUGH = 4.0
MOST_LINES = 10
LEAST_WEIGHT = 0.5
LEAST_SHARE = 0.25
MOST_ODDS = 4.0
FEW_LINES = 3
LEAST_SHARE_OF_CODE = 0.45

_THEIRS = re.compile(
    r"Operational|Connect|Http|HTTP|Client|Api\b|Database|SQL|IO|Network|Socket|Auth|Service|Server|Interface"
)


def guesses_on(sayings: Sequence[Saying], hits: Sequence[Hit]) -> list[Hit]:
    """Hits by the classifier, for a text in which no rule's hit is heavy (3.5).

    A line's log odds are those of its likeliest family against the rest, set off by what speaks for no cause, so that
    a share of one half alone becomes a confidence of one half. An exception that is like nothing else is taken for one
    of the stage's own code.
    """
    if any(hit.odds >= ENOUGH for hit in hits):
        return []
    telling = [saying for saying in sayings if saying.weight >= LEAST_WEIGHT and _tells(saying, len(sayings))]
    read = sorted(telling, key=lambda saying: (saying.weight, saying.number))[-MOST_LINES:]
    shares = shares_of([saying.text for saying in read])
    return [hit for saying, share in zip(read, shares, strict=True) if (hit := _hit(saying, dict(share)))]


def _tells(saying: Saying, lines: int) -> bool:
    if saying.level == "error" or is_exception(saying.text) or lines <= FEW_LINES:
        return True
    low = saying.text.lower().encode("utf-8", "replace")
    return any(stem in low for stem in STEMS)


def _hit(saying: Saying, shares: dict[str, float]) -> Hit | None:
    if is_exception(saying.text) and not _THEIRS.search(saying.text[:120]):
        shares["unhandled_exception"] = max(
            shares["unhandled_exception"], LEAST_SHARE_OF_CODE * (1 - max(shares.values()))
        )
    subcauses = all_subcauses()
    families = {family: sum(p for name, p in shares.items() if subcauses[name].family == family) for family in FAMILIES}
    family = max(families, key=lambda name: families[name])
    share = min(families[family], 0.99)
    if share < LEAST_SHARE:
        return None
    best = max((name for name in shares if subcauses[name].family == family), key=lambda name: shares[name])
    odds = min(NOTHING + math.log(share / (1.0 - share)), MOST_ODDS)
    known = subcauses[best]
    return Hit(
        known,
        known.transient,
        max(odds, 0.0) * saying.weight,
        saying,
        f"its words are like those of failures where {known.meaning}",
    )
