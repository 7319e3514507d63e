"""What training replays is what the engine served."""

import json
from dataclasses import replace

import pytest

from functions.predict.handler import PredictJudge
from shared.batch import Batch
from shared.claim import ENDED, STARTED, Claim, Event
from shared.execution import Execution
from shared.features import FINGERPRINT
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState
from shared.replay import Replay
from shared.served_models import ServedModels
from tests.unit.shared.orders import MONDAY, run
from tests.unit.shared.test_replay import history

OWNERS = {"orders": "ada", "invoices": "bob", "stock": None}


def row_of(known: Execution) -> dict[str, object]:
    """The run's row as the database describes it late: its start is decided when its end is recorded already."""
    moments = (known.created_at, known.started_at, known.completed_at)
    created_at, started_at, completed_at = (None if at is None else at.isoformat() for at in moments)
    return {
        "id": known.id,
        "workspace_id": known.workspace_id,
        "pipeline_id": known.pipeline_id,
        "status": known.status,
        "created_at": created_at,
        "started_at": started_at,
        "completed_at": completed_at,
        "duration_seconds": known.duration_seconds,
        "trigger_type": known.trigger_type,
        "attempt": known.attempt,
        "metrics": dict(known.metrics),
    }


def happenings(executions: list[Execution]) -> list[tuple[str, Execution]]:
    """Starts and ends in the order in which engines are handed them: of one moment, starts come first.

    A run without a believable end is known right after its own start.
    """
    placed = []
    for place, execution in enumerate(executions):
        placed.append(((execution.begun_at, 0, place, 0), STARTED, execution))
        has_end = execution.completed_at is not None and execution.completed_at >= execution.begun_at
        end = (execution.ended_at, 1, place, 0) if has_end else (execution.begun_at, 0, place, 1)
        placed.append((end, ENDED, execution))
    return [(phase, execution) for _, phase, execution in sorted(placed, key=lambda entry: entry[0])]


class Database:
    """Keeps states and histories between claims, as text and by adding."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.histories: dict[tuple[str, str], OutcomeHistory] = {}
        self.served: dict[str, list[float]] = {}

    def work(self, batch: list[tuple[str, Execution]]) -> None:
        events = [
            Event(number, phase, execution.pipeline_id, row_of(execution))
            for number, (phase, execution) in enumerate(batch)
        ]
        claim = Claim(
            lease="a-lease",
            workspace_id="shop",
            claimed_at=MONDAY.replace(year=2027),
            events=events,
            more=False,
            pipelines={name: {"owner_id": owner, "etag": None, "stages": []} for name, owner in OWNERS.items()},
            histories=[{"scope": s, "key": k, **history.to_json()} for (s, k), history in self.histories.items()],
        )
        states = {
            name: PipelineState.from_json(json.loads(self.states[name])) if name in self.states else PipelineState()
            for name in OWNERS
        }
        payload = Batch(claim, states, PredictJudge(), ServedModels(PredictJudge.inputs, {}, {}, None)).work()
        assert payload["failed"] == []
        self.states |= {state["pipeline_id"]: state["state"] for state in payload["states"]}
        for added in payload["histories"]:
            key = (added["scope"], added["key"])
            self.histories[key] = self.histories.get(key, OutcomeHistory()).merge(OutcomeHistory.from_json(added))
        for record in payload["feature_records"]:
            assert record["feature_fingerprint"] == FINGERPRINT
            self.served[record["execution_id"]] = record["features"]


def executions() -> list[Execution]:
    return [
        replace(execution, owner_id=OWNERS[execution.pipeline_id], metrics={"cpu_percent": 40.0 + number % 9})
        for number, execution in enumerate(history(seed=3, runs=160))
    ]


@pytest.mark.parametrize("events_per_claim", [1, 7, 400])
def test_the_vectors_that_were_served_are_the_vectors_of_a_replay(events_per_claim):
    runs, database = executions(), Database()
    order = happenings(runs)
    for begin in range(0, len(order), events_per_claim):
        database.work(order[begin : begin + events_per_claim])
    replayed = {start.execution.id: start.vector for start in Replay().walk(runs)}
    assert database.served.keys() == replayed.keys()
    for run_id, vector in replayed.items():
        # Histories that are stored as sums of additions may round a millionth differently.
        assert database.served[run_id] == pytest.approx(vector, rel=0, abs=2e-6)


def test_within_one_claim_they_are_equal_to_the_last_digit():
    runs, database = executions(), Database()
    database.work(happenings(runs))
    assert database.served == {start.execution.id: start.vector for start in Replay().walk(runs)}


def test_a_start_that_is_decided_late_does_not_know_the_end():
    database, told = Database(), Database()
    for number in range(6):
        database.work([(STARTED, run(number)), (ENDED, run(number))])
        told.work([(STARTED, run(number, status="failed", minutes=50)), (ENDED, run(number))])
    assert database.served == told.served
