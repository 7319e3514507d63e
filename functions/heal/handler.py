"""One use case: a run failed and it is known why; or an action ended, was approved, or is overdue. What now?"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from functions.heal.breaker import probe_after_seconds, wave_size
from functions.heal.decision import decided_again, is_over, plan_for
from functions.heal.lasting import recommendation_for
from functions.heal.orders import Orders
from functions.heal.policy import Policy
from functions.heal.verify import Verdict, overdue, verdict_on
from shared import logs
from shared.claim import Claim, Event
from shared.engine_calls import EngineCalls
from shared.errors import DataApiError
from shared.queue import Queue

OPEN = ("acting", "acted")


class Healer:
    """Decides on the events of a claim, at most one of each pipeline: the next is seen after the first is stored."""

    engine = "heal"
    table = "healing_plans"
    max_events = 20

    def __init__(self, calls: EngineCalls, orders: Orders) -> None:
        self._calls = calls
        self._orders = orders

    def decide(self, queue: Queue, claim: Claim) -> Mapping[str, Any]:
        """The payload of the claim's completion. An event that cannot be decided stops its own pipeline alone."""
        payload: dict[str, list[Any]] = {"done": [], "failed": [], "healing_plans": [], "verdicts": []}
        seen: set[str] = set()
        for event in claim.events:
            if event.pipeline_id in seen:
                continue
            seen.add(event.pipeline_id)
            try:
                context = self._calls.call("healing_context", {"of_execution": event.row["id"]})
                # Null: the run was deleted meanwhile, and its events with it.
                decided = {} if context is None else decide(event, context)
            except DataApiError:
                raise
            # One run must not take the batch with it, whatever is in its rows; the error goes to its dead letter.
            except Exception as error:  # noqa: BLE001
                message = f"{type(error).__name__}: {error}"[:2000]
                payload["failed"].append({"event_id": event.id, "error": message})
                logs.error(message, action="put_event_off", event_id=event.id, engine=self.engine)
                continue
            payload["done"].append(event.id)
            for table, rows in decided.items():
                payload[table] += rows
        return {"lease": claim.lease, "states": [], **payload}

    def stored(self, payload: Mapping[str, Any], lost: Collection[str]) -> None:
        """What was decided is in the database; what of it an orchestrator outside is to do is ordered now."""
        self._orders.give()


def decide(event: Event, context: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Plans and verdicts that an event leads to."""
    phase, _, subject = event.phase.partition(":")
    if phase in ("outcome", "overdue"):
        return {"verdicts": _verdicts(phase, context)}
    if phase in ("cause", "stuck"):
        policy = Policy.of(context["policy"])
        is_off = policy.autonomy == "off" and not policy.nonsense
        if is_off or context["plan"] is not None or is_over(context):
            return {}
        return {"healing_plans": [plan_for(context, stuck=phase == "stuck")]}
    if phase == "order":
        return {}
    plan = decided_again(context, approval_id=subject if phase == "approval" else None)
    return {"healing_plans": [plan] if plan else []}


def _verdicts(phase: str, context: Mapping[str, Any]) -> list[dict[str, Any]]:
    if phase == "outcome":
        tried = context["tried"]
        if tried is None or tried["status"] not in OPEN:
            return []
        return [_row(tried, verdict_on(context["run"], context["usual"]), context)]
    now = datetime.fromisoformat(context["now"])
    late = [
        one for one in context["actions"] if one["status"] in OPEN and datetime.fromisoformat(one["verify_by"]) < now
    ]
    return [_row(action, overdue(), context) for action in late]


def _row(action: Mapping[str, Any], verdict: Verdict, context: Mapping[str, Any]) -> dict[str, Any]:
    # The run that an action queued has no error of its own yet: its breaker is the action's.
    breaker = action.get("breaker") or context["outage"]["breaker"] or {"probes": 0, "wave": 0}
    seconds = context["run"].get("duration_seconds") or 0.0
    return {
        "pipeline_id": context["pipeline"]["id"],
        "action_id": action["id"],
        "status": verdict.status,
        "why": verdict.why,
        "restore": verdict.restore,
        "alert": verdict.alert,
        "cost": round(seconds / 3600.0 * Policy.of(context["policy"]).cost_per_hour, 6),
        "recommendation": recommendation_for(action) if verdict.status == "effective" else None,
        "breaker": {
            "probe_after_seconds": probe_after_seconds(breaker["probes"] + 1, first=context["outage"]["probe_seconds"]),
            "release": wave_size(breaker["wave"]),
        },
    }
