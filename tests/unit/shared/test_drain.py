from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.claim import Claim
from shared.drain import MAX_NAPS, Drain, Report
from shared.errors import CacheUnavailable, DataApiError
from shared.judging import Judging
from shared.state_store import StateStore

from .claims import claim, ended
from .test_batch import Clerk


@dataclass
class FakeQueue:
    """Hands out claims in turn, then empty ones; writes down what was completed."""

    claims: list[Claim]
    refusals: list[DataApiError] = field(default_factory=list)
    completed: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def claim(self, max_events: int) -> Claim:
        return self.claims.pop(0) if self.claims else claim(more=False)

    def read_states(self, pipeline_ids: list[str]) -> dict[str, dict[str, str]]:
        return {}

    def complete(self, table: str, payload: dict[str, Any]) -> list[str]:
        if self.refusals:
            raise self.refusals.pop(0)
        self.completed.append(payload)
        return self.lost


@dataclass
class FakeCache:
    written: dict[str, str] = field(default_factory=dict)

    def read(self, etags):
        raise CacheUnavailable("Redis is on holiday")

    def write(self, states):
        self.written.update(states)


class Clock:
    """A clock that a nap moves on."""

    def __init__(self) -> None:
        self.now, self.naps = 0.0, 0

    def __call__(self) -> float:
        return self.now

    def nap(self, seconds: float) -> None:
        self.now += seconds
        self.naps += 1


def drain(queue: FakeQueue, *, cache: FakeCache | None = None, clock: Clock | None = None, budget=10.0) -> Report:
    clock = clock or Clock()
    return Drain(Judging(Clerk(), StateStore(cache or FakeCache()), None), clock=clock, nap=clock.nap).run(
        queue, budget_seconds=budget
    )


def test_it_works_until_nothing_is_left() -> None:
    queue = FakeQueue([claim(ended("roast")), claim(ended("brew"), ended("brew"))])
    assert drain(queue) == Report(batches=2, events=3)
    assert len(queue.completed) == 2


def test_it_waits_a_moment_for_a_writer_in_flight() -> None:
    clock = Clock()
    assert drain(FakeQueue([claim(more=True), claim(ended("roast"))]), clock=clock).events == 1
    assert clock.naps == 1


def test_it_does_not_wait_for_ever() -> None:
    clock = Clock()
    queue = FakeQueue([claim(more=True)] * (MAX_NAPS + 5))
    drain(queue, clock=clock)
    assert clock.naps == MAX_NAPS


def test_it_stops_when_its_time_is_spent() -> None:
    queue = FakeQueue([claim(ended("roast"))] * 3)
    assert drain(queue, budget=0.0) == Report()


def test_a_batch_that_the_database_refuses_is_given_back_event_by_event() -> None:
    queue = FakeQueue(
        [claim(ended("roast"), ended("roast"), ended("brew"))], refusals=[DataApiError("out of range", "22003")]
    )
    assert drain(queue).failed == 2
    (given_back,) = queue.completed
    assert given_back["done"] == []
    assert {failure["event_id"] for failure in given_back["failed"]} == {1, 3}


@pytest.mark.parametrize("fault", [DataApiError("no answer"), DataApiError("deadlock detected", "40P01")])
def test_a_database_that_is_away_for_a_moment_is_told_again(fault: DataApiError) -> None:
    queue = FakeQueue([claim(ended("roast"))], refusals=[fault] * 3)
    assert drain(queue) == Report(batches=1, events=1)
    assert len(queue.completed) == 1


def test_a_database_that_stays_away_is_not_blamed_on_the_events() -> None:
    queue = FakeQueue([claim(ended("roast"))], refusals=[DataApiError("no answer")] * 99)
    with pytest.raises(DataApiError):
        drain(queue)
    assert queue.completed == []


def test_what_was_lost_to_another_claimant_is_not_cached() -> None:
    cache = FakeCache()
    report = drain(FakeQueue([claim(ended("roast"), ended("brew"))], lost=["roast"]), cache=cache)
    assert report.lost == 1
    assert set(cache.written) == {"brew"}
