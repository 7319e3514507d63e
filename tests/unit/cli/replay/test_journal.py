"""How far a replay got."""

from pathlib import Path

import pytest

from cli.replay.journal import Journal


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "runs.csv"
    path.write_text("the first history")
    return path


def opened(history: Path, *, workspace_id: str = "here", offset: int = 0, restart: bool = False) -> Journal:
    return Journal.open(
        history.parent / "replays", file=history, workspace_id=workspace_id, offset=offset, restart=restart
    )


def test_a_replay_goes_on_where_it_stopped(history: Path) -> None:
    first = opened(history)
    assert (first.items_acknowledged, first.counts_before) == (0, None)
    first.counts_before = {"predictions": 4}
    first.acknowledge(500)
    first.acknowledge(20)
    first.save()
    again = opened(history)
    assert (again.items_acknowledged, again.counts_before) == (520, {"predictions": 4})


def test_another_file_workspace_or_slice_begins_anew_and_so_does_a_restart(history: Path) -> None:
    first = opened(history)
    first.acknowledge(500)
    first.save()
    assert opened(history, workspace_id="there").items_acknowledged == 0
    assert opened(history, offset=1).items_acknowledged == 0
    assert opened(history, restart=True).items_acknowledged == 0
    history.write_text("another history")
    assert opened(history).items_acknowledged == 0


@pytest.mark.parametrize("content", ["", "{", "[]", '{"items_acknowledged": "many"}', '{"items_acknowledged": null}'])
def test_a_journal_that_cannot_be_read_counts_as_none(history: Path, content: str) -> None:
    journal = opened(history)
    journal.save()
    journal.path.write_text(content)
    assert opened(history).items_acknowledged == 0


def test_it_is_written_in_one_step(history: Path) -> None:
    journal = opened(history)
    journal.save()
    assert list(journal.path.parent.iterdir()) == [journal.path]


def test_the_first_acknowledgement_is_written_at_once(history: Path) -> None:
    opened(history).acknowledge(3)
    assert opened(history).items_acknowledged == 3
