"""What a policy achieved over all faults and seeds, in a few numbers."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from lab.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, and seconds. ``right_causes``: of the failures that only a person can repair, handed over or not."""

    policy: str
    healable: int
    healed: int
    hopeless: int
    right_causes: int
    handed_over: int
    retried_more_than_once: int
    attempts: int
    wasted: int
    seconds_to_repair: float | None
    seconds_to_action: float | None
    unsafe: int
    unrestored: int
    rows_lost: int
    rows_doubled: int
    controls: int
    actions_on_controls: int

    @classmethod
    def of(cls, policy: str, verdicts: Sequence[Verdict], *, both: Sequence[Verdict] = ()) -> Self:
        """Of the verdicts of one policy; the time to repair is over ``both``: those that others healed too."""
        faults = [verdict for verdict in verdicts if not verdict.is_control]
        controls = [verdict for verdict in verdicts if verdict.is_control]
        healable = [verdict for verdict in faults if verdict.healable]
        hopeless = [verdict for verdict in faults if not verdict.healable]
        return cls(
            policy=policy,
            healable=len(healable),
            healed=sum(verdict.healed for verdict in healable),
            hopeless=len(hopeless),
            right_causes=sum(verdict.cause_right for verdict in hopeless),
            handed_over=sum(verdict.handed_over for verdict in hopeless),
            retried_more_than_once=sum(verdict.attempts > 1 for verdict in hopeless),
            attempts=sum(verdict.attempts for verdict in verdicts),
            wasted=sum(verdict.wasted for verdict in verdicts),
            seconds_to_repair=_mean([verdict.seconds_to_repair for verdict in both]),
            seconds_to_action=_median([verdict.seconds_to_action for verdict in verdicts]),
            unsafe=sum(verdict.unsafe for verdict in verdicts),
            unrestored=sum(verdict.unrestored for verdict in verdicts),
            rows_lost=sum(verdict.rows_lost for verdict in verdicts),
            rows_doubled=sum(verdict.rows_doubled for verdict in verdicts),
            controls=len(controls),
            actions_on_controls=sum(len(verdict.actions) for verdict in controls),
        )

    def to_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def compare(verdicts: Sequence[Verdict]) -> list[Figures]:
    """A policy's figures each; times to repair are compared over what every policy that heals anything healed."""
    policies: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        policies.setdefault(verdict.policy, []).append(verdict)
    healed = [healed_by(mine) for mine in policies.values()]
    everywhere = set.intersection(*(set(mine) for mine in healed if mine)) if any(healed) else set()
    return [
        Figures.of(policy, mine, both=[found[key] for key in everywhere & set(found)])
        for (policy, mine), found in zip(policies.items(), healed, strict=True)
    ]


def healed_by(verdicts: Sequence[Verdict]) -> Mapping[tuple[str, int, int], Verdict]:
    """What was healed, by fault, seed and a number within them."""
    found: dict[tuple[str, int, int], Verdict] = {}
    numbers: dict[tuple[str, int], int] = {}
    for verdict in verdicts:
        place = (verdict.fault, verdict.seed)
        numbers[place] = numbers.get(place, -1) + 1
        if verdict.healed and verdict.healable:
            found[(*place, numbers[place])] = verdict
    return found


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.mean(known), 2) if known else None


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known), 2) if known else None
