"""The outage breaker: one error on many pipelines parks them; one tries, then the rest come back in waves."""

from collections.abc import Mapping
from typing import Any

FIRST_WAVE = 5
LONGEST = 4.0


def parked(outage: Mapping[str, Any], plan: Mapping[str, Any] | None) -> str | None:
    """Why a plan waits behind a breaker; None: it need not.

    A plan goes through when it was chosen as the canary or released in a wave.

    >>> shown = {"pipelines": 3, "opens_at": 3, "breaker": None}
    >>> parked(shown, None)
    'its error was seen on 3 pipelines: one of them tries first'
    >>> parked({**shown, "pipelines": 2}, None) is None
    True
    >>> parked({**shown, "breaker": {"canary_plan_id": "p1"}}, {"id": "p1", "wave": None}) is None
    True
    """
    breaker = outage["breaker"]
    if breaker is None:
        if outage["pipelines"] < outage["opens_at"]:
            return None
        return f"its error was seen on {outage['pipelines']} pipelines: one of them tries first"
    if plan is not None and (plan["id"] == breaker["canary_plan_id"] or plan["wave"] is not None):
        return None
    return "its error is an outage: it waits until another pipeline came through"


def probe_after_seconds(probes: int, *, first: float) -> float:
    """The wait before the next probe after so many: ``first``, twice, four times, and then always four times that.

    >>> [probe_after_seconds(probes, first=20) for probes in range(4)]
    [20.0, 40.0, 80.0, 80.0]
    """
    return float(first * min(2.0 ** min(probes, 20), LONGEST))


def wave_size(wave: int) -> int:
    """How many are released after so many waves: 5, 10, 20, and so on.

    >>> [wave_size(wave) for wave in range(3)]
    [5, 10, 20]
    """
    return int(FIRST_WAVE * 2 ** min(wave, 10))
