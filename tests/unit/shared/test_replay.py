import heapq
import random
from dataclasses import replace
from datetime import timedelta

from shared.execution import Execution
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState
from shared.replay import Finding, Replay
from tests.unit.shared.orders import MONDAY, run


def history(*, seed: int = 1, runs: int = 120) -> list[Execution]:
    """Runs of three pipelines and two owners that overlap; some without an end, some with a clock gone wrong."""
    chance, at, executions = random.Random(seed), MONDAY, []
    for number in range(runs):
        at += timedelta(minutes=chance.choice([0, 0, 1, 30]))
        minutes = chance.choice([None, -5, 0, 3, 45, 600])
        execution = run(number, status=chance.choice(["completed", "completed", "failed", "cancelled"]))
        execution = replace(
            execution,
            pipeline_id=chance.choice(["orders", "invoices", "stock"]),
            owner_id=chance.choice(["ada", "bob", None]),
            created_at=at,
            started_at=at,
            completed_at=None if minutes is None else at + timedelta(minutes=minutes),
            duration_seconds=None if minutes is None or minutes < 0 else minutes * 60.0,
        )
        executions.append(execution)
    return executions


def vectors(executions: list[Execution]) -> list[list[float]]:
    return [start.vector for start in Replay().walk(executions)]


def test_changing_how_a_run_ended_changes_no_vector_of_a_run_that_started_before_it_ended():
    executions = history()
    before = vectors(executions)
    for place in range(0, len(executions), 7):
        changed = executions.copy()
        opposite = "completed" if executions[place].failed else "failed"
        changed[place] = replace(executions[place], status=opposite, duration_seconds=1e6, error_message="changed")
        known_from = executions[place].ended_at
        for later, (old, new) in enumerate(zip(before, vectors(changed), strict=True)):
            if later <= place or (
                executions[place].completed_at is not None
                and executions[place].completed_at >= executions[place].begun_at
                and executions[later].begun_at <= known_from
            ):
                assert old == new, (place, later)


def test_an_outcome_is_known_to_the_runs_that_start_after_it():
    executions = history()
    changed = [replace(executions[0], status="failed"), *executions[1:]]
    other = [replace(executions[0], status="completed"), *executions[1:]]
    assert vectors(changed) != vectors(other)


def test_the_future_changes_no_vector():
    executions = history()
    assert vectors(executions)[:60] == vectors(executions[:60])


def test_a_run_without_an_end_is_known_right_after_its_start():
    first = run(0, status="failed", completed_at=None)
    second = replace(run(1), started_at=first.started_at, created_at=first.created_at)
    runs_known = [start.state.runs for start in Replay().walk([first, second])]
    assert runs_known == [0, 1]


def test_a_run_that_ended_in_the_moment_another_started_is_not_known_to_it():
    first = run(0, minutes=60)
    runs_known = [start.state.runs for start in Replay().walk([first, run(1), run(2)])]
    assert runs_known == [0, 0, 2]


def test_a_replay_is_what_the_engines_would_have_seen():
    executions = history(seed=5)
    states: dict[str, PipelineState] = {}
    owners: dict[str, OutcomeHistory] = {}
    workspace, under_way, online = OutcomeHistory(), [], []

    def learn(execution: Execution) -> None:
        stored = PipelineState.from_json(states.setdefault(execution.pipeline_id, PipelineState()).to_json())
        states[execution.pipeline_id] = stored
        stored.update(execution)
        if execution.failed is not None:
            workspace.update(execution.ended_at.timestamp(), execution.failed)
            if execution.owner_id is not None:
                owner = owners.setdefault(execution.owner_id, OutcomeHistory())
                owner.update(execution.ended_at.timestamp(), execution.failed)

    for order, execution in enumerate(executions):
        while under_way and under_way[0][0] < execution.begun_at:
            learn(heapq.heappop(under_way)[2])
        begun = execution.as_started()
        state = states.setdefault(execution.pipeline_id, PipelineState())
        owner = OutcomeHistory() if begun.owner_id is None else owners.setdefault(begun.owner_id, OutcomeHistory())
        online.append(state.vector(begun, now=begun.begun_at, owner=owner, workspace=workspace))
        if execution.completed_at is None or execution.completed_at < execution.begun_at:
            learn(execution)
        else:
            heapq.heappush(under_way, (execution.ended_at, order, execution))
    assert vectors(executions) == online


def test_every_run_is_learned_in_the_end():
    replay = Replay()
    executions = history()
    for _ in replay.walk(executions):
        pass
    assert sum(state.runs for state in replay.states.values()) == sum(e.failed is not None for e in executions)


def test_a_judge_is_asked_before_a_run_is_learned_and_keeps_it_out_of_the_baselines():
    runs_known = []

    def judge(execution: Execution, state: PipelineState) -> Finding:
        runs_known.append(state.runs)
        return Finding(execution.duration_seconds == 36_000.0)

    replay = Replay(judge)
    executions = [run(20 * number, minutes=600 if number == 9 else 10) for number in range(12)]
    assert len(list(replay.walk(executions))) == 12
    assert runs_known == list(range(12))
    assert list(replay.states["orders"].measures.measured.measure("duration_seconds").baseline.values) == [600.0] * 11
