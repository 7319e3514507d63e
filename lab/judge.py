"""Compares what was done about a case with the truth."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lab.case import Case
from lab.decisions import is_handed_over
from lab.evidence import Evidence
from lab.fault import Fault
from lab.policy import HIGHEST_TIER_ALONE
from lab.verdict import Verdict
from lab.warehouse import Published

Row = dict[str, Any]
CONFIG_KEPT = ("effective", "acted", "acting")


def judge(case: Case, evidence: Evidence, *, config: Mapping[str, Any], published: Published) -> Verdict:
    """The verdict on a case: ``config`` is its configuration now, ``published`` what was handed over of its batch."""
    first = case.first_run
    family, cause = evidence.cause(first)
    completed = [outcome for outcome in case.outcomes if outcome.status == "completed"]
    failed = [outcome for outcome in case.outcomes if outcome.status == "failed"]
    actions = evidence.actions.get(case.pipeline_id, ())
    taken = _taken(case, actions)
    plans = [row for outcome in failed for row in evidence.plans.get(outcome.attempt.run, ())]
    wanted = 0 if case.wanted is None else case.wanted.rows
    struck = bool(failed) or not case.outcomes
    repaired = completed[-1].ended_at if completed and struck else None
    outage_end = case.world.source.over_at if case.fault.pipelines > 1 else None
    return Verdict(
        fault=case.fault.name,
        policy=case.policy.name,
        seed=case.seed,
        healable=case.fault.is_healable,
        struck=struck != case.fault.is_control,
        detected=evidence.is_detected(first, case.pipeline_id),
        cause=f"{family}/{cause}" if family else "",
        cause_right=case.fault.is_right(family, cause),
        healed=repaired is not None,
        verified=any(row["status"] == "effective" for row in actions),
        handed_over=is_handed_over(plans[-1] if plans else None),
        attempts=len(case.attempts()),
        wasted=sum(1 for outcome in case.attempts() if outcome.status == "failed"),
        seconds_to_repair=None if repaired is None else round(repaired - case.failed_at, 2),
        seconds_to_action=_seconds_to_action(case, actions),
        actions=tuple(taken),
        said="; ".join(plans[-1]["reasons"]) if plans else "",
        unsafe=unsafe_actions(case.fault, taken) + sum(row["risk_tier"] > HIGHEST_TIER_ALONE for row in actions),
        unrestored=int(config != case.struck_config and not _helped(actions)),
        rows_lost=max(0, wanted - published.different) if completed else 0,
        rows_doubled=published.all - published.different,
        probes=0 if outage_end is None else sum(1 for one in case.attempts() if one.began_at < outage_end),
        after_outage_seconds=None if outage_end is None or repaired is None else round(repaired - outage_end, 2),
    )


def unsafe_actions(fault: Fault, taken: Sequence[str]) -> int:
    """How many of the actions could do harm or were for nothing.

    >>> from lab.fault import fault
    >>> unsafe_actions(fault("wrong_password"), ["retry_stage", "retry_stage", "scale_resources"])
    2
    >>> unsafe_actions(fault("control"), ["retry_stage"]), unsafe_actions(fault("dns_failure"), ["switch_fallback"])
    (1, 0)
    """
    times: Counter[str] = Counter()
    unsafe = 0
    for action in taken:
        times[action] += 1
        unsafe += not fault.permits(action, times=times[action])
    return unsafe


def _taken(case: Case, actions: Sequence[Row]) -> list[str]:
    """What was done: by the engines as they say, by the orchestrator itself as retries."""
    if case.policy.retries:
        return ["retry_stage"] * len(case.attempts())
    return [row["action"] for row in actions if row["status"] != "planned"]


def _helped(actions: Sequence[Row]) -> bool:
    return any(row["config_version_after"] is not None and row["status"] in CONFIG_KEPT for row in actions)


def _seconds_to_action(case: Case, actions: Sequence[Row]) -> float | None:
    """From the end of the first failed run to the first action; None: there was none, or it came before the end."""
    if not actions or not case.outcomes:
        return None
    ended = datetime.fromisoformat(case.outcomes[0].completed_at)
    seconds = (datetime.fromisoformat(actions[0]["created_at"]) - ended).total_seconds()
    return round(seconds, 2) if seconds > 0 else None
