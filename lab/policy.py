"""Who repairs a pipeline of the laboratory: nobody, the orchestrator by blind retries, or the engines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.errors import LabError

BLIND_RETRIES = 3
# Where the engines wait half a second before a first retry and not five (see `haste`), a minute is six seconds.
BLIND_PAUSE_SECONDS = 6.0
HIGHEST_TIER_ALONE = 2


@dataclass(frozen=True, slots=True)
class Policy:
    """``retries``: how often the orchestrator itself runs a failed pipeline again, after a fixed pause."""

    name: str
    autonomy: str
    retries: int = 0

    @property
    def row(self) -> dict[str, Any]:
        """Its row of `healing_policies`: the defaults, but for the autonomy and the time between two failures."""
        return {
            "autonomy": self.autonomy,
            "highest_tier_alone": HIGHEST_TIER_ALONE,
            "cooldown_seconds": 0,
        }

    def pause_before(self, attempt: int) -> float | None:
        """How long the orchestrator waits before it runs an attempt by itself; None: it does not.

        >>> [POLICIES["blind-retry"].pause_before(attempt) for attempt in (2, 4, 5)]
        [6.0, 6.0, None]
        """
        return BLIND_PAUSE_SECONDS if attempt <= self.retries + 1 else None


POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy("none", "off"),
        Policy("blind-retry", "off", retries=BLIND_RETRIES),
        Policy("flexiroaster", "auto"),
    )
}


def policy(name: str) -> Policy:
    """The policy of that name.

    Raises:
        LabError: there is none.
    """
    if name not in POLICIES:
        raise LabError(f"There is no policy {name!r}: there are {', '.join(POLICIES)}.")
    return POLICIES[name]
