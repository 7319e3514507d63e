"""Make the next values while the last one is being used."""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

AHEAD = 2
POLL_SECONDS = 0.1
T = TypeVar("T")


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = object()


@contextmanager
def prefetched(values: Iterable[T]) -> Iterator[Iterator[T]]:
    """The same values, made in a thread that is at most three values ahead and ends with the block."""
    ready: queue.Queue[object] = queue.Queue(maxsize=AHEAD)
    closed = threading.Event()

    def put(value: object) -> bool:
        while not closed.is_set():
            try:
                ready.put(value, timeout=POLL_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def make() -> None:
        try:
            for value in values:
                if not put(value):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked for the values
            put(_Failure(error))
        else:
            put(_END)

    def take() -> Iterator[T]:
        while (value := ready.get()) is not _END:
            if isinstance(value, _Failure):
                raise value.error
            yield cast(T, value)

    thread = threading.Thread(target=make, name="prefetch", daemon=True)
    thread.start()
    try:
        yield take()
    finally:
        closed.set()
        thread.join()
