"""The line that tells how a replay goes."""

import io
from datetime import UTC, datetime

import pytest

from cli.replay import progress as module
from cli.replay.progress import Progress

AT = datetime(2014, 7, 25, 13, 30, tzinfo=UTC)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TERMINAL_SECONDS", 0.0)
    monkeypatch.setattr(module, "PLAIN_SECONDS", 0.0)


def show(progress: Progress, runs: int) -> None:
    progress.show(doing="Replayed", runs=runs, of_runs=6000, backlog=1200, at=AT)


def test_on_a_terminal_it_is_written_over_and_a_note_gets_a_line_of_its_own() -> None:
    stream = Terminal()
    progress = Progress(stream)
    show(progress, 10)
    show(progress, 20)
    progress.note("The Data API does not answer")
    assert stream.getvalue().count("\n") == 2
    assert stream.getvalue().count("\r") == 2
    assert stream.getvalue().endswith("\nThe Data API does not answer\n")


def test_elsewhere_it_is_a_line_with_speed_backlog_and_the_date_of_the_history() -> None:
    stream = io.StringIO()
    show(Progress(stream), 20)
    line = stream.getvalue()
    assert line.startswith("Replayed 20 of 6,000 runs · ")
    assert "1,200 waiting · 25 Jul 2014 13:30" in line
    assert line.endswith("\n")


def test_it_is_shown_only_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLAIN_SECONDS", 60.0)
    stream = io.StringIO()
    show(Progress(stream), 20)
    assert stream.getvalue() == ""
