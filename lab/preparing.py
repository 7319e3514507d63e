"""Before a fault strikes, and the moment when it does."""

import uuid
from contextlib import AbstractContextManager
from typing import Any

from lab.errors import LabError
from lab.fault import Fault
from lab.orchestrator import Attempt, Orchestrator
from lab.records import Records
from lab.strike import Strike, strike
from lab.world import World

Row = dict[str, Any]


def run_well(fault: Fault, orchestrator: Orchestrator, world: World, slots: AbstractContextManager[Any]) -> None:
    """A run at a batch of its own while nothing is wrong.

    Raises:
        LabError: it failed all the same.
    """
    run = str(uuid.uuid4())
    world.new_batch(run)
    with slots:
        outcome = orchestrator.carry_out(Attempt(run, run), Strike())
    if outcome.status != "completed":
        raise LabError(f"A run of a pipeline for {fault.name} failed before anything was wrong: {outcome}.")


def be_struck(fault: Fault, pipeline_id: str, world: World, records: Records) -> tuple[Strike, Row]:
    """Bring the fault about, with what a person does to the configuration; answers the configuration after it."""
    struck = strike(world, fault)
    config = records.config_of(pipeline_id)
    if struck.environment:
        config = {**config, "env": {**config["env"], **struck.environment}}
        records.change_config(pipeline_id, config)
    return struck, config
