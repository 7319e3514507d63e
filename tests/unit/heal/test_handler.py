"""What an event leads to."""

from datetime import UTC, datetime

import pytest

from functions.heal.handler import Healer, decide
from shared.claim import Claim, Event
from shared.errors import DataApiError
from tests.unit.heal.contexts import cause, context, refused, tried


def event(phase: str, number: int = 1, pipeline: str = "p1") -> Event:
    return Event(number, phase, pipeline, {"id": f"r{number}", "pipeline_id": pipeline})


class Calls:
    """Answers with a context, or raises."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def call(self, function: str, arguments: dict) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def claim(*events: Event) -> Claim:
    return Claim("lease", "w", datetime.now(UTC), events, more=False)


def test_a_cause_leads_to_a_plan_that_is_acted_on() -> None:
    (plan,) = decide(event("cause"), context(refused()))["healing_plans"]
    assert (plan["decision"], plan["status"], plan["config_version"]) == ("act", "proposed", 3)


def test_a_run_that_has_a_plan_gets_no_second_one() -> None:
    assert decide(event("cause"), context(refused(), plan={"id": "x"})) == {}


@pytest.mark.parametrize("parts", [{"superseded": True}, {"policy": {"autonomy": "off"}}])
def test_where_nothing_is_to_be_healed_nothing_is_planned(parts: dict) -> None:
    assert decide(event("cause"), context(refused(), **parts)) == {}


def test_what_a_retry_cannot_help_is_handed_to_a_person_with_its_cause() -> None:
    (plan,) = decide(event("cause"), context(cause("authentication_failed")))["healing_plans"]
    assert (plan["decision"], plan["status"], plan["retries_avoided"]) == ("do_not_retry", "rejected", 3)
    assert plan["alert"]["title"] == "espresso needs a person: authentication failed"
    assert plan["alert"]["message"].endswith("Look at it.")


def test_a_first_plan_for_many_pipelines_opens_the_breaker() -> None:
    outage = {"pipelines": 7, "opens_at": 3, "probe_seconds": 20, "breaker": None}
    (plan,) = decide(event("cause"), context(refused(), outage=outage))["healing_plans"]
    assert (plan["decision"], plan["park"]) == ("wait", {"probe_after_seconds": 20})


def test_a_wait_that_is_over_already_is_looked_at_again_a_little_later() -> None:
    late = tried("retry_stage", "acted", verify_by="2026-11-24T11:00:00+00:00")
    (plan,) = decide(event("cause"), context(refused(), actions=[late]))["healing_plans"]
    assert (plan["decision"], plan["act_after"]) == ("wait", "2026-11-24T12:00:05+00:00")


def test_an_outcome_leads_to_one_verdict() -> None:
    run = {**context()["run"], "status": "completed", "rows_processed": 1000, "data_volume_mb": 10}
    shown = context(run=run, tried=tried("retry_stage", "acted"))
    (verdict,) = decide(event("outcome"), shown)["verdicts"]
    assert (verdict["status"], verdict["restore"]) == ("effective", False)
    assert decide(event("outcome"), {**shown, "tried": tried("retry_stage", "effective")})["verdicts"] == []


def test_only_what_is_late_is_overdue() -> None:
    early = tried("retry_stage", "acted")
    late = {**early, "verify_by": "2026-11-24T11:59:59.9+00:00"}
    assert decide(event("overdue:1"), context(actions=[early]))["verdicts"] == []
    (verdict,) = decide(event("overdue:1"), context(actions=[late]))["verdicts"]
    assert (verdict["status"], verdict["restore"]) == ("undone", True)


def test_of_one_pipeline_one_event_is_decided_at_a_time() -> None:
    healer = Healer(Calls(None), None)  # type: ignore[arg-type]
    payload = healer.decide(None, claim(event("cause", 1), event("cause", 2), event("cause", 3, "p2")))  # type: ignore[arg-type]
    assert payload["done"] == [1, 3]


def test_a_run_that_cannot_be_decided_stops_its_own_pipeline_only() -> None:
    healer = Healer(Calls({"policy": 5}), None)  # type: ignore[arg-type]
    payload = healer.decide(None, claim(event("cause", 1), event("cause", 2, "p2")))  # type: ignore[arg-type]
    assert [failed["event_id"] for failed in payload["failed"]] == [1, 2]


def test_a_database_that_is_away_is_not_a_runs_fault() -> None:
    with pytest.raises(DataApiError):
        Healer(Calls(DataApiError("away")), None).decide(None, claim(event("cause")))  # type: ignore[arg-type]
