"""The line of time and its pieces."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cli.history import HistoryRow
from cli.replay.timeline import MAX_ERROR_CHARACTERS, Item, grouped, timeline

MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)
moments = st.integers(0, 12)
ends = st.one_of(st.none(), st.integers(-3, 15))


def run(number: int, start: int, end: int | None, error: str | None = None) -> HistoryRow:
    return HistoryRow(
        execution_id=f"run-{number}",
        pipeline="orders-load",
        owner=None,
        queued_at=None,
        started_at=MORNING + timedelta(minutes=start),
        completed_at=None if end is None else MORNING + timedelta(minutes=end),
        status="failed",
        error_message=error,
    )


def runs(spans: list[tuple[int, int | None]]) -> list[HistoryRow]:
    return [run(number, start, end) for number, (start, end) in enumerate(sorted(spans, key=lambda span: span[0]))]


def told(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.row.execution_id, "end" if item.is_end else "start") for item in items]


def test_a_run_starts_ends_and_lets_others_start_in_between() -> None:
    assert told(list(timeline([run(1, 0, 9), run(2, 1, 3), run(3, 5, 6)]))) == [
        ("run-1", "start"),
        ("run-2", "start"),
        ("run-2", "end"),
        ("run-3", "start"),
        ("run-3", "end"),
        ("run-1", "end"),
    ]


def test_a_start_comes_before_an_end_of_the_same_moment() -> None:
    assert told(list(timeline([run(1, 0, 5), run(2, 5, 6)])))[:3] == [
        ("run-1", "start"),
        ("run-2", "start"),
        ("run-1", "end"),
    ]


def test_an_unknown_end_and_one_before_the_start_are_at_the_start() -> None:
    assert told(list(timeline([run(1, 4, None), run(2, 5, 1), run(3, 6, 7)]))) == [
        ("run-1", "start"),
        ("run-1", "end"),
        ("run-2", "start"),
        ("run-2", "end"),
        ("run-3", "start"),
        ("run-3", "end"),
    ]


@given(st.lists(st.tuples(moments, ends), max_size=25))
def test_every_run_starts_once_and_then_ends_once_and_time_never_runs_back(
    spans: list[tuple[int, int | None]],
) -> None:
    items = list(timeline(runs(spans)))
    assert all(earlier.at <= later.at for earlier, later in pairwise(items))
    for row in runs(spans):
        assert [item.is_end for item in items if item.row.execution_id == row.execution_id] == [False, True]


@given(st.lists(st.tuples(moments, ends), max_size=25), st.integers(1, 7), st.one_of(st.none(), st.integers(0, 300)))
def test_pieces_are_the_whole_line_and_none_is_too_large(
    spans: list[tuple[int, int | None]], max_items: int, max_span_seconds: int | None
) -> None:
    items = list(timeline(runs(spans)))
    pieces = list(grouped(items, max_items=max_items, max_span_seconds=max_span_seconds))
    assert [item for piece in pieces for item in piece] == items
    for piece in pieces:
        assert 1 <= len(piece) <= max_items
        if max_span_seconds is not None:
            assert (piece[-1].at - piece[0].at).total_seconds() <= max_span_seconds


def test_long_error_messages_do_not_share_a_piece() -> None:
    error = "x" * (MAX_ERROR_CHARACTERS - 10)
    rows = [run(number, number, 20, error) for number in range(3)]
    sizes = [sum(item.is_end for item in piece) for piece in grouped(timeline(rows))]
    assert sizes == [1, 1, 1]


def test_only_the_runs_that_are_running_are_held() -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield run(taken, taken, taken + 1)

    items = timeline(endless())  # type: ignore[arg-type]
    for _ in range(1000):
        next(items)
    assert taken <= 503
