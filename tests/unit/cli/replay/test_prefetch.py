"""Making values ahead."""

import threading
from collections.abc import Iterator

import pytest

from cli.replay.prefetch import prefetched


def test_the_values_come_in_their_order() -> None:
    with prefetched(range(100)) as values:
        assert list(values) == list(range(100))


def test_an_error_comes_after_the_values_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("line 2")

    with prefetched(failing()) as values:
        assert next(values) == 1
        with pytest.raises(ValueError, match="line 2"):
            next(values)


def test_the_maker_is_only_a_little_ahead_and_ends_with_the_block() -> None:
    made: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            made.append(len(made))
            yield made[-1]

    with prefetched(endless()) as values:
        assert [next(values) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert len(made) <= 9
    assert "prefetch" not in {thread.name for thread in threading.enumerate()}
