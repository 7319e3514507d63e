"""Looking at pipelines whose schedule changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.detect.watch import MAX_PIPELINES, Report, Watch
from tests.unit.detect.lateness_runs import utc

SINCE = "2026-11-24T11:59:00+00:00"


class Desk:
    """Tasks that are on a desk."""

    def __init__(self, *kinds: str, pipelines: int = 1) -> None:
        self.kinds = list(kinds)
        self.waiting = [
            {"pipeline_id": f"mill-{number}", "pipeline": {"schedule_cron": "0 3 * * *"}, "since": SINCE, "state": None}
            for number in range(pipelines)
        ]
        self.stored: list[Mapping[str, Any]] = []
        self.finished: list[Mapping[str, Any]] = []
        self.failed: list[str] = []

    def claim(self) -> Mapping[str, Any] | None:
        return {"kind": self.kinds.pop(0), "lease": "a-lease", "reason": "a change"} if self.kinds else None

    def stale_pipelines(self, limit: int) -> Sequence[Mapping[str, Any]]:
        return self.waiting[:limit]

    def store(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.stored += rows
        self.waiting = self.waiting[len(rows) :]

    def finish(self, lease: str, result: Mapping[str, Any]) -> bool:
        self.finished.append(result)
        return True

    def fail(self, lease: str, error: str) -> bool:
        self.failed.append(error)
        return True


def run(desk: Desk) -> Report:
    return Watch(now=lambda: utc("2026-11-24 12:00")).run(desk)


def test_every_stale_pipeline_is_looked_at_whatever_their_number() -> None:
    desk = Desk("expectations", pipelines=MAX_PIPELINES + 3)
    assert run(desk) == Report(tasks=1, pipelines=MAX_PIPELINES + 3)
    assert desk.finished == [{"pipelines": MAX_PIPELINES + 3}]
    assert {row["expected_at"] for row in desk.stored} == {"2026-11-25T03:00:00+00:00"}
    assert {row["since"] for row in desk.stored} == {SINCE}


def test_a_state_that_cannot_be_read_is_an_empty_one() -> None:
    desk = Desk("expectations")
    desk.waiting[0]["state"] = "{torn"
    assert run(desk).pipelines == 1


def test_a_task_that_fails_is_put_off_and_the_next_one_is_done() -> None:
    desk = Desk("expectations", "expectations")
    desk.waiting[0]["since"] = "yesterday"
    original = desk.fail

    def mend(lease: str, error: str) -> bool:
        desk.waiting[0]["since"] = SINCE
        return original(lease, error)

    desk.fail = mend  # type: ignore[method-assign]
    assert run(desk) == Report(tasks=2, pipelines=1, failed=1)
    assert "yesterday" in desk.failed[0]


def test_a_task_that_detect_does_not_know_is_finished_and_stores_nothing() -> None:
    desk = Desk("tea")
    assert run(desk).tasks == 1
    assert desk.stored == []
    assert len(desk.finished) == 1
