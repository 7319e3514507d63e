"""A run fails, and healing does something about it, or says why not."""

import json
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from cli.main import main
from tests.waiting import eventually

from .conftest import Roastery, set_all
from .healing import OUT_OF_MEMORY, REFUSED, WRONG_PASSWORD, Patient


@pytest.fixture(autouse=True)
def quick(owner):
    """Retries after a tenth of a second."""
    former = dict(owner.execute("select name, value from engine.settings").fetchall())
    set_all(owner, {"healing_backoff_seconds": "0.1"})
    yield
    set_all(owner, {"healing_backoff_seconds": former["healing_backoff_seconds"]})


def test_a_passing_fault_is_retried_and_verified(roastery: Roastery) -> None:
    patient = Patient(roastery)
    run = patient.fail(REFUSED)
    action = patient.settled(run, "effective")
    assert (action["action"], action["risk_tier"]) == ("retry_stage", 1)
    (healed,) = patient.orchestrator.ran
    assert (healed["retry_of"], healed["attempt"], healed["trigger_type"]) == (run, 2, "healing")
    assert patient.plan(run)["status"] == "done"
    events = [row["event"] for row in roastery.rows("healing_audit", plan_id=action["plan_id"])]
    assert events == ["planned", "acted", "effective"]


def test_a_memory_limit_is_raised_until_it_fits(roastery: Roastery) -> None:
    patient = Patient(roastery, config={"memory_mb": 512}, highest_tier_alone=2)

    def needs_a_gigabyte(run, config):
        if config["memory_mb"] >= 1024:
            return {"status": "completed"}
        roastery.client.table("logs").insert(
            {"execution_id": run["id"], "level": "error", "message": OUT_OF_MEMORY}
        ).execute()
        return {"status": "failed", "error_message": OUT_OF_MEMORY}

    patient.orchestrator.outcome = needs_a_gigabyte
    run = patient.fail(OUT_OF_MEMORY)
    patient.settled(run, "ineffective")
    again = patient.orchestrator.ran[0]["id"]
    action = patient.settled(again, "effective")
    assert action["request"]["changes"] == [{"path": ["memory_mb"], "before": 512, "after": 1024}]
    assert roastery.rows("pipelines", id=patient.id)[0]["config"] == {"memory_mb": 1024}


def test_a_wrong_password_is_left_to_a_person(roastery: Roastery) -> None:
    patient = Patient(roastery, highest_tier_alone=3)
    run = patient.fail(WRONG_PASSWORD)
    plan = patient.plan(run)
    assert (plan["decision"], plan["status"], plan["steps"]) == ("do_not_retry", "rejected", [])
    (alert,) = eventually(lambda: roastery.rows("alerts", subject=f"heal:{patient.id}"))
    assert "authentication failed" in alert["title"]
    assert patient.orchestrator.queued() == []


def test_no_run_is_queued_for_a_pipeline_without_a_policy(roastery: Roastery) -> None:
    patient = Patient(roastery, autonomy="approve")
    run = patient.fail(REFUSED)
    assert (patient.plan(run)["decision"], patient.orchestrator.queued()) == ("ask", [])


@pytest.fixture
def flexiroaster(roastery: Roastery):
    """The command, as the roastery's user runs it; what it wrote as JSON."""

    def run(*words: str, fails: bool = False) -> Any:
        answer = CliRunner().invoke(main, ["heal", *words, "--data-dir", roastery.description.data_dir, "--json", "-"])
        assert (answer.exit_code != 0) == fails, answer.output
        return answer.stderr if fails else json.loads(answer.stdout)

    return run


def test_a_plan_is_shown_approved_and_looked_back_at(roastery: Roastery, flexiroaster) -> None:
    patient = Patient(roastery, config={"memory_mb": 512}, autonomy="approve")
    run = patient.fail(OUT_OF_MEMORY)
    stored = patient.plan(run)
    shown = flexiroaster("plan", run)
    assert (shown["id"], shown["source"], shown["steps"][0]["action"]) == (stored["id"], "stored", "scale_resources")
    assert flexiroaster("approve", stored["id"], "--note", "go on")["status"] == "approved"
    patient.settled(run, "effective")
    history = flexiroaster("history", "--pipeline", patient.id)
    assert [plan["status"] for plan in history["plans"]] == ["done"]
    assert history["ledger"][0]["effective"] == 1
    assert "nothing to decide" in flexiroaster("reject", stored["id"], fails=True)


def test_the_workspaces_past_is_simulated(roastery: Roastery, flexiroaster) -> None:
    patient = Patient(roastery, autonomy="off")
    patient.fail(WRONG_PASSWORD)
    roastery.run(patient.pipeline)
    found = flexiroaster("simulate", "stored")
    assert found["failures"] >= 1
    assert found["actions_on_healthy_runs"] == 0


def test_a_question_is_answered_and_nothing_is_done(roastery: Roastery) -> None:
    patient = Patient(roastery, autonomy="off")
    run = patient.fail(REFUSED)
    roastery.decided("root_causes", run)
    headers = {"authorization": f"Bearer {roastery.token}"}
    url = f"{roastery.description.gateway_url}/api/ai/self-healing/plan"
    told = httpx.post(url, json={"execution_id": run}, headers=headers, timeout=30).json()
    assert (told["source"], told["steps"][0]["action"]) == ("computed", "retry_stage")
    assert (roastery.rows("healing_plans", execution_id=run), patient.orchestrator.queued()) == ([], [])
    assert httpx.post(url, json={"execution_id": run}, headers={"authorization": "Bearer x"}).status_code in (401, 403)
    assert httpx.post(url, json={"run": run}, headers=headers).status_code == 422
