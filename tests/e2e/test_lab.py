"""The laboratory on a whole stack: real faults strike real pipelines, and the engines repair them or call a person."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest

from lab.fault import fault
from lab.laboratory import Plan, run_lab
from lab.policy import policy
from lab.source import Source
from lab.sources import Sources
from lab.strike import strike
from lab.verdict import Verdict
from lab.warehouse import Warehouse
from lab.workers import Workers
from lab.world import USUAL, World
from local.stack import Stack

FAULTS = ["connection_reset", "wrong_password", "memory_limit", "publish_reset", "control"]
SAID = {
    "wrong_password": 'password authentication failed for user "lab_',
    "revoked_grant": "psycopg.errors.InsufficientPrivilege: permission denied for table staging_",
    "renamed_column": 'psycopg.errors.UndefinedColumn: column "total_amount" of relation "incoming" does not exist',
    "type_change": 'psycopg.errors.InvalidTextRepresentation: invalid input syntax for type numeric: "twelve euros"',
    "null_value": 'psycopg.errors.NotNullViolation: null value in column "customer" of relation "incoming"',
    "publish_reset": ("Connection reset by peer", "Server disconnected without sending a response"),
}


@pytest.fixture
def make_world(stack: Stack, tmp_path: Path) -> Iterator[Callable[[str], tuple[World, Workers]]]:
    with Sources() as sources, Warehouse(stack.description.database_url) as warehouse, Workers() as workers:

        def make(key: str) -> tuple[World, Workers]:
            source = sources.open(Source(token="open sesame"))
            world = World(key, tmp_path / key, Random(3), sources=sources, warehouse=warehouse, source=source)
            return world, workers

        yield make


@pytest.mark.parametrize("name", list(SAID))
def test_the_database_and_the_reader_fail_with_their_own_words(make_world, name: str):
    world, workers = make_world(f"{name}_e2e")
    struck = fault(name)
    strike(world, struck)
    batch = "7d3bd2e6-21f4-4d3e-9d6e-0c8b1a5f0001"
    world.new_batch(batch, name)
    stages = ["extract", "load", "transform", "validate", "publish"]
    reports = list(workers.run(world.job("run", batch, stages=stages, config=USUAL)))
    (failed,) = [report for report in reports if report.event == "stage_ended" and report.status == "failed"]
    assert failed.stage == struck.stage
    log = (Path(world.job("run", batch, stages=stages, config=USUAL).logs) / f"run.{failed.stage}.1.log").read_text()
    said = SAID[name] if isinstance(SAID[name], tuple) else (SAID[name],)
    assert any(words in log for words in said), log


def test_a_load_that_is_repeated_under_its_key_loads_once(make_world):
    world, workers = make_world("keyed_e2e")
    batch = "7d3bd2e6-21f4-4d3e-9d6e-0c8b1a5f0002"
    wanted = world.new_batch(batch)
    stages = ["extract", "load", "load", "transform", "validate", "publish"]
    reports = list(workers.run(world.job("run", batch, stages=stages, config=USUAL)))
    assert reports[-1].status == "completed"
    assert [report.rows for report in reports if report.event == "stage_ended" and report.stage == "load"] == [
        wanted.rows,
        0,
    ]
    assert world.warehouse.published("keyed_e2e", batch) == (wanted.rows, wanted.rows)


@pytest.fixture(scope="module")
def verdicts(stack: Stack) -> dict[tuple[str, str], Verdict]:
    """Of a few faults under two policies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lab.policy.BLIND_PAUSE_SECONDS", 0.5)
        plan = Plan([fault(name) for name in FAULTS], [policy("blind-retry"), policy("flexiroaster")])
        found = run_lab(stack.description, plan, say=print)
    return {(verdict.policy, verdict.fault): verdict for verdict in found}


def test_every_fault_strikes_and_is_diagnosed(verdicts):
    assert all(verdict.struck for verdict in verdicts.values())
    wrong = [verdict for verdict in verdicts.values() if not verdict.is_control and not verdict.cause_right]
    assert wrong == []


def test_what_the_engines_may_repair_they_repair(verdicts):
    for name in ("connection_reset", "memory_limit"):
        found = verdicts["flexiroaster", name]
        assert found.healed, found
        assert (found.unsafe, found.rows_lost, found.rows_doubled) == (0, 0, 0)
    assert verdicts["flexiroaster", "memory_limit"].actions[-1] == "scale_resources"


def test_what_they_cannot_repair_they_hand_to_a_person(verdicts):
    for name in ("wrong_password", "publish_reset"):
        found = verdicts["flexiroaster", name]
        assert found.handed_over, found
        assert (found.attempts, found.unsafe, found.rows_doubled) == (0, 0, 0)


def test_blind_retries_double_what_may_not_be_published_twice(verdicts):
    found = verdicts["blind-retry", "publish_reset"]
    assert found.unsafe > 0
    assert found.rows_doubled > 0


def test_a_healthy_pipeline_is_left_alone(verdicts):
    assert verdicts["flexiroaster", "control"].actions == ()


def test_the_laboratory_leaves_the_stack_as_it_was(stack: Stack, verdicts):
    with psycopg.connect(stack.description.database_url) as owner:
        tables = owner.execute("select count(*) from pg_tables where schemaname = 'lab'").fetchone()
        roles = owner.execute("select count(*) from pg_roles where rolname like 'lab\\_%'").fetchone()
        backoff = owner.execute("select value from engine.settings where name = 'backoff_seconds'").fetchone()
        job = owner.execute("select schedule from cron.job where jobname = 'flexiroaster-lateness'").fetchone()
    assert (tables, roles, backoff, job) == ((0,), (0,), ("2",), ("* * * * *",))
