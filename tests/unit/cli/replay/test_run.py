"""A whole replay, into a project in memory."""

import io
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from cli.history import HistoryRow
from cli.history.synthetic import synthetic_history
from cli.replay import backlog
from cli.replay import timeline as pieces
from cli.replay.connection import Connection
from cli.replay.errors import ReplayError
from cli.replay.journal import Journal
from cli.replay.payload import pipeline_id
from cli.replay.progress import Progress
from cli.replay.result import ReplayResult
from cli.replay.run import Replay
from tests.unit.cli.replay.project import Project

RUNS = list(synthetic_history(700))


class Replays:
    """Replays of the same slice, one after the other, with one journal."""

    def __init__(self, connection: Connection, workspace: UUID, folder: Path, stop: threading.Event) -> None:
        self.connection, self.workspace, self.folder, self.stop = connection, workspace, folder, stop
        self.words = io.StringIO()

    def run(self, *, rows: list[HistoryRow] = RUNS, speed: float | None = None, restart: bool = False) -> ReplayResult:
        journal = Journal.open(self.folder / "j", file=Path(__file__), workspace_id="w", restart=restart)
        replay = Replay(self.connection, self.workspace, journal, Progress(self.words), self.stop, speed=speed)
        return replay.run(rows, wait=True)


@pytest.fixture
def replays(connection: Connection, workspace: UUID, tmp_path: Path, stop: threading.Event) -> Replays:
    return Replays(connection, workspace, tmp_path, stop)


def test_every_run_is_stored_with_its_end_and_its_metrics(project: Project, replays: Replays) -> None:
    result = replays.run()
    assert len(project.executions) == 700
    assert [row["status"] for row in project.executions.values()] == [row.status for row in RUNS]
    assert len(project.metrics) == 1400
    assert {row["name"]: row["tags"] for row in project.pipelines.values()} == {
        row.pipeline: [f"owner:{row.owner}"] for row in RUNS
    }
    assert (result.rows, result.items_sent, result.pipelines) == (700, 1400, 8)
    assert (result.complete, result.waited, result.events_left) == (True, True, 0)
    assert result.decided == {"predictions": 700, "detections": 700, "anomalies": 0}


def test_the_requests_are_in_the_order_of_time(project: Project, replays: Replays) -> None:
    replays.run()
    seen: dict[str, str] = {}
    for payload in project.payloads:
        for row in payload["executions"]:
            assert (row["status"] == "running") is (row["id"] not in seen)
            seen[row["id"]] = row["status"]
    assert len(project.payloads) < 10


def test_a_second_replay_sends_nothing_and_a_restart_stores_nothing_new(project: Project, replays: Replays) -> None:
    replays.run()
    again = replays.run()
    assert (again.items_sent, again.resumed_from, again.complete) == (0, 1400, True)
    stored = (dict(project.executions), dict(project.metrics), dict(project.pipelines))
    restarted = replays.run(restart=True)
    assert restarted.items_sent == 1400
    assert (project.executions, project.metrics, project.pipelines) == stored


def test_ctrl_c_finishes_the_request_in_flight_and_the_next_replay_goes_on(
    project: Project, replays: Replays, stop: threading.Event
) -> None:
    project.before_ingest = lambda: stop.set() if len(project.payloads) == 1 else None
    first = replays.run()
    assert (first.complete, first.interrupted, len(project.payloads)) == (False, True, 2)
    assert 0 < first.items_sent < 1400

    stop.clear()
    project.before_ingest = lambda: None
    second = replays.run()
    assert (second.resumed_from, second.items_sent) == (first.items_sent, 1400 - first.items_sent)
    assert len(project.executions) == 700
    assert second.decided["detections"] == 700


def test_what_was_acknowledged_before_an_error_is_not_lost(project: Project, replays: Replays) -> None:
    def refuse() -> None:
        if len(project.payloads) == 2:
            raise ReplayError("refused")

    project.before_ingest = refuse
    with pytest.raises(ReplayError):
        replays.run()
    project.before_ingest = lambda: None
    assert replays.run().resumed_from == 2 * pieces.MAX_ITEMS


def test_a_pipeline_that_was_there_keeps_its_id_and_is_not_made_again(
    project: Project, replays: Replays, workspace: UUID
) -> None:
    project.pipelines["its-own-id"] = {"id": "its-own-id", "name": "orders-load", "tags": []}
    replays.run()
    assert pipeline_id(workspace, "orders-load") not in project.pipelines
    assert "its-own-id" in {row["pipeline_id"] for row in project.executions.values()}


def test_the_sender_pauses_while_the_engines_are_far_behind(
    project: Project, replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "POLL_ITEMS", 500)
    monkeypatch.setattr(backlog, "WAIT_SECONDS", 0.001)
    project.depths = [0, 20_001, 19_000, 15_001, 15_000, 0]
    reached = []
    project.before_ingest = lambda: reached.append(project.depths[0])
    result = replays.run()
    assert reached[1] == 0  # 15,000 was the last depth seen before the second request
    assert result.backlog_peak == 20_001
    assert "20,001 events are waiting: sending pauses" in replays.words.getvalue()


def test_it_says_only_once_that_it_pauses(project: Project, replays: Replays, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "POLL_ITEMS", 500)
    monkeypatch.setattr(backlog, "WAIT_SECONDS", 0.001)
    project.depths = [0, 20_001, 15_000, 20_002, 14_000, 0]
    assert replays.run().backlog_peak == 20_002
    assert replays.words.getvalue().count("sending pauses") == 1


def test_it_waits_until_the_engines_are_done(
    project: Project, replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "WAIT_SECONDS", 0.001)
    project.depths = [0, 900, 500, 100, 0]
    result = replays.run()
    assert (result.waited, result.events_left, result.backlog_peak) == (True, 0, 900)


def test_engines_that_stand_still_end_the_waiting_with_a_sentence(
    project: Project, replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "WAIT_SECONDS", 0.001)
    monkeypatch.setattr(backlog, "STANDSTILL_SECONDS", 0.01)
    project.depths = [0, 77]
    result = replays.run()
    assert (result.complete, result.waited, result.events_left) == (True, False, 77)
    assert "77 events have been waiting" in replays.words.getvalue()


def test_engines_that_stand_still_while_the_sender_pauses_end_the_replay_with_how_to_go_on(
    project: Project, replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "WAIT_SECONDS", 0.001)
    monkeypatch.setattr(backlog, "POLL_ITEMS", 500)
    monkeypatch.setattr(backlog, "STANDSTILL_SECONDS", 0.01)
    project.depths = [0, 30_000]
    with pytest.raises(ReplayError, match=r"30,000 events have been waiting .* the same command then goes on"):
        replays.run()
    assert len(project.payloads) == 1


def test_ctrl_c_while_waiting_leaves_everything_sent(project: Project, replays: Replays, stop: threading.Event) -> None:
    project.depths = [0, 50]
    project.before_ingest = lambda: stop.set() if len(project.payloads) == 2 else None
    result = replays.run()
    assert (result.complete, result.waited, result.interrupted, result.events_left) == (True, False, True, 50)


def test_speed_holds_each_piece_back_until_its_time(replays: Replays, project: Project) -> None:
    rows = RUNS[:40]
    span = max(row.ended_at for row in rows) - rows[0].started_at
    began = time.monotonic()
    result = replays.run(rows=rows, speed=span / timedelta(seconds=0.4))
    assert result.complete
    assert time.monotonic() - began >= 0.35
    assert len(project.payloads) >= 2


def test_ctrl_c_does_not_wait_for_a_time_that_is_far_away(
    replays: Replays, project: Project, stop: threading.Event
) -> None:
    project.before_ingest = stop.set
    assert replays.run(speed=0.001).complete is False
    assert len(project.payloads) == 1


def test_progress_is_a_line_now_and_then(replays: Replays, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.replay.progress.PLAIN_SECONDS", 0.0)
    replays.run()
    lines = replays.words.getvalue().splitlines()
    assert lines[0].startswith("Replayed ")
    assert "/s · " in lines[0]
    assert all(len(line) < 80 for line in lines)
