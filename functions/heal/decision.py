"""From what is known of a failure to a row of `healing_plans`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from functions.heal.breaker import probe_after_seconds
from functions.heal.guard import rule_on
from functions.heal.plan import BLIND_RETRIES, VERSION, Ladder, Step, ladder_of
from functions.heal.policy import Policy
from functions.heal.ruling import Question, Ruling

SOONEST = timedelta(seconds=5)
_STEP_FIELDS = {field.name for field in fields(Step)}
_ALERTS = {
    "do_not_retry": ("high", "{name} needs a person: {cause}"),
    "person_needed": ("high", "{name} needs a person: {cause}"),
    "ask": ("medium", "{name} waits for an approval: {cause}"),
}

Plan = dict[str, Any]


def plan_for(context: Mapping[str, Any], *, stuck: bool = False) -> Plan:
    """The plan for a failure that has none yet, as it is stored and, where its decision is ``act``, carried out."""
    ladder = ladder_of(context, stuck=stuck)
    if not ladder.steps:
        decision = "do_not_retry" if ladder.is_hopeless else "person_needed"
        ruling = Ruling(decision, ladder.reasons[0])
    else:
        ruling = rule_on(_question(ladder.steps[0], context, approved=False))
    return _row(ladder, ruling, context)


def decided_again(context: Mapping[str, Any], *, approval_id: str | None = None) -> Plan | None:
    """What becomes of the stored plan now; None where it is settled."""
    stored = context["plan"]
    if stored is None or stored["status"] not in ("proposed", "approved") or not stored["steps"]:
        return None
    step = Step(**{name: value for name, value in stored["steps"][0].items() if name in _STEP_FIELDS})
    if is_over(context):
        ruling = Ruling("void", "the pipeline ran again meanwhile")
    else:
        ruling = rule_on(_question(step, context, approved=approval_id is not None))
    return {
        **_subject(context),
        **_ruled(ruling, [ruling.why], context),
        "status": "void" if ruling.decision == "void" else stored["status"],
        "decision": stored["decision"] if ruling.decision == "void" else ruling.decision,
        "approval_id": approval_id,
    }


def is_over(context: Mapping[str, Any]) -> bool:
    """Whether nothing is left to heal: a later run completed, or somebody tries again already."""
    return bool(context["superseded"]) or context["run"]["status"] not in ("failed", "running")


def _question(step: Step, context: Mapping[str, Any], *, approved: bool) -> Question:
    return Question(step, Policy.of(context["policy"]), context, datetime.fromisoformat(context["now"]), approved)


def _subject(context: Mapping[str, Any]) -> Plan:
    return {"pipeline_id": context["pipeline"]["id"], "execution_id": context["run"]["id"]}


def _ruled(ruling: Ruling, reasons: Sequence[str], context: Mapping[str, Any]) -> Plan:
    breaker = context["outage"]["breaker"] or {"probes": 0}
    park = {"probe_after_seconds": probe_after_seconds(breaker["probes"], first=context["outage"]["probe_seconds"])}
    # A moment that is past already would never come.
    soonest = datetime.fromisoformat(context["now"]) + SOONEST
    return {
        "decision": ruling.decision,
        "reasons": list(reasons),
        "act_after": max(ruling.until, soonest).isoformat() if ruling.until else None,
        "park": park if ruling.behind_breaker else None,
    }


def _row(ladder: Ladder, ruling: Ruling, context: Mapping[str, Any]) -> Plan:
    version = context["pipeline"]["version"]
    hopeless = ruling.decision in ("do_not_retry", "person_needed")
    return {
        **_subject(context),
        **_ruled(ruling, list(dict.fromkeys([ruling.why, *ladder.reasons])), context),
        "root_cause_id": ladder.root_cause_id,
        "status": "rejected" if ruling.decision == "do_not_retry" else "proposed",
        "steps": [asdict(step) for step in ladder.steps],
        "cause": ladder.cause,
        "error_fingerprint": context["fingerprint"],
        "config_version": version,
        "plan_hash": ladder.hash_for(context["run"]["id"], version),
        "retries_avoided": max(0, BLIND_RETRIES - len(context["actions"])) if hopeless else 0,
        "model_version": VERSION,
        "evidence": dict(ladder.evidence),
        "alert": _alert(ladder, ruling, context),
    }


def _alert(ladder: Ladder, ruling: Ruling, context: Mapping[str, Any]) -> Mapping[str, str] | None:
    if ruling.decision not in _ALERTS:
        return None
    severity, title = _ALERTS[ruling.decision]
    said = title.format(name=context["pipeline"]["name"], cause=ladder.cause.replace("_", " "))
    first = ladder.evidence.get("first_action")
    return {"severity": severity, "title": said, "message": f"{ruling.why}. {first or ''}".strip()}
