"""What the harness decides: when it retries, what it takes up, whose worker it ends, and when it gives a case up."""

import threading
from contextlib import nullcontext
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from lab.batch import Batch
from lab.case import Case
from lab.errors import LabError
from lab.fault import STAGES, fault
from lab.orchestrator import Attempt, Outcome
from lab.policy import Policy, policy
from lab.strike import Strike
from tests.waiting import eventually


class Scripted:
    """Stands in for the orchestrator: ends each run as the script says, the good ones before it well."""

    def __init__(self, *script: str) -> None:
        self.pipeline_id = "brew"
        self.script = list(script)
        self.ran: list[tuple[Attempt, Strike]] = []
        self.ended: list[str] = []
        self.hangs = threading.Event()

    def carry_out(self, attempt: Attempt, strike: Strike) -> Outcome:
        if strike.leaves_a_process:
            self.hangs.wait(10)
        if attempt.run == attempt.batch and attempt.run != self.case.first_run:
            return Outcome(attempt, "completed", 0.0, 1.0, "2026-11-24T12:00:00+00:00")
        self.ran.append((attempt, strike))
        status = self.script.pop(0)
        return Outcome(attempt, status, 1.0, 2.0, "", "transform" if status == "failed" else None)

    def end_worker(self, run: str) -> None:
        self.ended.append(run)
        self.hangs.set()


class World:
    """Remembers what was done to it."""

    def __init__(self) -> None:
        self.random = Random(1)
        self.cleared: list[float] = []
        self.source = SimpleNamespace(weather=None, over_at=None)
        self.warehouse = SimpleNamespace(change_password=lambda key: None)
        self.key = "brew"

    def new_batch(self, name: str, spoilt: str | None = None) -> Batch:
        return Batch(b"", 400)

    def clear_after(self, seconds: float) -> None:
        self.cleared.append(seconds)

    def refuse(self) -> None:
        return


class Tables:
    """Stands in for the records and the watcher."""

    def __init__(self) -> None:
        self.config: dict[str, Any] = {"env": {"CURRENCY": "EUR"}}
        self.taken: list[str] = []
        self.plans: dict[str, dict[str, Any]] = {}
        self.is_free = True

    def config_of(self, _: str) -> dict[str, Any]:
        return self.config

    def change_config(self, _: str, config: dict[str, Any]) -> None:
        self.config = config

    def take_up(self, run: str) -> bool:
        self.taken.append(run)
        return self.is_free

    def plan(self, run: str) -> dict[str, Any] | None:
        return self.plans.get(run)


class Stage:
    """A case with everything around it; lives on a thread where a test has to do something meanwhile."""

    def __init__(self, name: str, whose: Policy, *script: str) -> None:
        self.orchestrator, self.world, self.tables = Scripted(*script), World(), Tables()
        self.case = Case(
            fault(name),
            whose,
            1,
            world=self.world,
            orchestrator=self.orchestrator,
            records=self.tables,
            watcher=self.tables,
            slots=nullcontext(),
            together=threading.Barrier(1),
        )
        self.orchestrator.case = self.case

    def live(self) -> None:
        self.case.live(threading.Barrier(1))

    def begin(self) -> threading.Thread:
        thread = threading.Thread(target=self.live, daemon=True)
        thread.start()
        return thread

    def order(self, run: str, number: int, **metadata: Any) -> None:
        row = {"id": run, "attempt": number, "retry_of": "x", "trigger_type": "healing", "metadata": metadata}
        self.case.take(row)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.policy.BLIND_PAUSE_SECONDS", 0.01)


def statuses(stage: Stage) -> list[str]:
    return [outcome.status for outcome in stage.case.outcomes]


def test_without_a_policy_nothing_is_tried_again():
    stage = Stage("connection_reset", policy("none"), "failed")
    stage.live()
    assert statuses(stage) == ["failed"]


def test_blind_retry_tries_three_times_from_the_failed_stage_and_then_gives_up():
    stage = Stage("wrong_password", policy("blind-retry"), *["failed"] * 4)
    stage.live()
    assert statuses(stage) == ["failed"] * 4
    attempts = [attempt for attempt, _ in stage.orchestrator.ran]
    assert [attempt.number for attempt in attempts] == [1, 2, 3, 4]
    assert [attempt.stages for attempt in attempts[1:]] == [STAGES[2:]] * 3
    assert attempts[2].retry_of == attempts[1].run


def test_blind_retry_stops_when_it_went_well():
    stage = Stage("connection_reset", policy("blind-retry"), "failed", "completed")
    stage.live()
    assert statuses(stage) == ["failed", "completed"]
    assert len(stage.orchestrator.ran) == 2


def test_a_waiting_run_is_taken_up_with_the_stages_that_it_names():
    stage = Stage("connection_reset", policy("flexiroaster"), "failed", "completed")
    thread = stage.begin()
    eventually(lambda: stage.case.outcomes)
    stage.order("healing", 2, stages=["load", "transform"])
    thread.join(10)
    assert stage.tables.taken == ["healing"]
    again, _ = stage.orchestrator.ran[1]
    assert (again.run, again.number, again.stages, again.batch) == (
        "healing",
        2,
        ["load", "transform"],
        stage.case.batch,
    )


def test_a_run_that_another_orchestrator_took_up_is_left_alone():
    stage = Stage("connection_reset", policy("flexiroaster"), "failed")
    stage.tables.is_free = False
    thread = stage.begin()
    eventually(lambda: stage.case.outcomes)
    stage.order("healing", 2)
    eventually(lambda: stage.tables.taken)
    stage.tables.plans[stage.case.first_run] = {"status": "proposed", "decision": "person_needed"}
    thread.join(10)
    assert len(stage.orchestrator.ran) == 1


@pytest.mark.parametrize(("status", "decision"), [("rejected", "do_not_retry"), ("proposed", "ask")])
def test_a_case_ends_when_it_is_handed_to_a_person(status: str, decision: str):
    stage = Stage("wrong_password", policy("flexiroaster"), "failed")
    stage.tables.plans[stage.case.first_run] = {"status": status, "decision": decision}
    stage.live()
    assert statuses(stage) == ["failed"]


def test_a_hung_worker_is_ended_before_its_run_is_done_anew():
    stage = Stage("worker_hung", policy("flexiroaster"), "failed", "completed")
    thread = stage.begin()
    stage.order("healing", 2, restart_worker=True)
    thread.join(10)
    assert stage.orchestrator.ended == [stage.case.first_run]
    assert sorted(statuses(stage)) == ["completed", "failed"]
    assert [strike.leaves_a_process for _, strike in stage.orchestrator.ran].count(True) == 1


def test_a_persons_change_is_made_in_the_configuration():
    stage = Stage("changed_variable", policy("none"), "failed")
    stage.live()
    assert stage.case.struck_config == {"env": {"CURRENCY": "EURO"}}


def test_what_passes_with_time_begins_to_after_the_first_failure():
    stage = Stage("connection_refused", policy("none"), "failed")
    stage.live()
    assert stage.world.cleared == [fault("connection_refused").clears.after_seconds]


def test_a_good_run_that_fails_stops_the_whole_laboratory():
    stage = Stage("control", policy("none"))
    stage.orchestrator.carry_out = lambda attempt, _: Outcome(attempt, "failed", 0.0, 1.0, "")
    all_ready = threading.Barrier(2)
    with pytest.raises(LabError, match="before anything was wrong"):
        stage.case.live(all_ready)
    assert all_ready.broken


def test_a_case_that_is_stopped_ends_though_nobody_repaired_it():
    stage = Stage("connection_reset", policy("flexiroaster"), "failed")
    thread = stage.begin()
    eventually(lambda: stage.case.outcomes)
    stage.case.stop()
    thread.join(5)
    assert not thread.is_alive()
