from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from lab.fault import fault
from lab.job import Report
from lab.source import Source
from lab.sources import Sources
from lab.strike import limits_for, strike
from lab.workers import Workers
from lab.world import USUAL, World


class NoWarehouse:
    """Stands in for the database where no stage needs it; remembers what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def make(self, key: str) -> str:
        return "postgres://nobody"

    def change_password(self, key: str) -> None:
        self.done.append("changed the password")

    def revoke(self, key: str) -> None:
        self.done.append("revoked the grant")


class Bench:
    """A pipeline without a database: extract and transform really run, in processes of their own."""

    def __init__(self, folder: Path, workers: Workers, sources: Sources) -> None:
        self.warehouse = NoWarehouse()
        self.workers = workers
        source = sources.open(Source(token="open sesame"))
        self.world = World("brew", folder, Random(7), sources=sources, warehouse=self.warehouse, source=source)
        self.runs = 0

    def run(self, name: str = "control", **config: object) -> list[Report]:
        """The reports of a run that the fault struck."""
        struck = fault(name)
        self.strike = strike(self.world, struck)
        self.wanted = self.world.new_batch("batch", name)
        self.config = {**USUAL, **limits_for(struck), **config}
        if self.strike.environment:
            self.config["env"] = {**self.config["env"], **self.strike.environment}
        return self.again(meets_other_thread=self.strike.meets_other_thread)

    def again(self, *, meets_other_thread: bool = False, **config: object) -> list[Report]:
        """The reports of another run at the same batch."""
        self.runs += 1
        job = self.world.job(
            f"run{self.runs}",
            "batch",
            stages=["extract", "transform"],
            config={**self.config, **config},
            meets_other_thread=meets_other_thread,
        )
        return list(self.workers.run(job))


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


@pytest.fixture(scope="session")
def sources() -> Iterator[Sources]:
    with Sources() as started:
        yield started


@pytest.fixture
def bench(tmp_path: Path, workers: Workers, sources: Sources) -> Bench:
    return Bench(tmp_path / "world", workers, sources)
