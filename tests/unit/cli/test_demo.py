"""What the demo replays, and where it sends its guests next."""

from pathlib import Path

import pytest

from cli import demo
from cli.history import read_history, write_history
from cli.history.sdist import DownloadError
from cli.history.synthetic import synthetic_history
from cli.output import Output


@pytest.fixture
def gaia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "gaia.csv.gz"
    write_history(path, synthetic_history(500))
    monkeypatch.setattr(demo, "gaia_history", lambda folder: path)
    return path


def test_it_is_a_contiguous_slice_with_a_few_runs_left_to_measure_with(gaia: Path, tmp_path: Path) -> None:
    story = demo.choose_story(100, tmp_path, Output())
    assert (story.file, story.rows) == (gaia, 100)
    assert story.offset + story.rows + demo.PROBES == 500


def test_more_runs_than_there_are_means_all_of_them(gaia: Path, tmp_path: Path) -> None:
    story = demo.choose_story(9_999, tmp_path, Output())
    assert (story.offset, story.rows) == (0, 480)


def test_the_authors_of_the_log_are_thanked(gaia: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo.choose_story(100, tmp_path, Output())
    said = capsys.readouterr().out
    assert "Joseph Emeras" in said
    assert "Parallel Workloads Archive" in said


def test_without_the_log_it_says_so_and_invents_a_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(folder: Path) -> Path:
        raise DownloadError("pip cannot get it.")

    monkeypatch.setattr(demo, "gaia_history", refuse)
    story = demo.choose_story(100, tmp_path, Output())
    assert "pip cannot get it. The demo goes on with a SYNTHETIC history" in capsys.readouterr().out
    assert "SYNTHETIC" in story.title
    assert len(list(read_history(story.file))) == 100 + demo.PROBES


def test_the_next_steps_are_commands_that_exist_and_fit_on_the_screen(gaia: Path, tmp_path: Path) -> None:
    story = demo.choose_story(100, tmp_path, Output())
    steps = demo.next_steps(story, kept=None)
    assert f"replay {story.file}" in steps
    assert "--data-dir" not in steps
    assert f"up --data-dir {tmp_path}" in demo.next_steps(story, kept=tmp_path)
