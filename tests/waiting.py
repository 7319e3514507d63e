"""Waiting for a condition with a deadline, instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], *, within_seconds: float = 10.0, every_seconds: float = 0.02) -> T:
    """The condition's first truthy value.

    An AssertionError inside the condition counts as "not yet"; the last one is raised when time is up.
    """
    deadline = time.monotonic() + within_seconds
    while True:
        failure: AssertionError | None = None
        try:
            value = condition()
        except AssertionError as error:
            failure = error
        else:
            if value:
                return value
        if time.monotonic() >= deadline:
            if failure is not None:
                raise failure
            raise AssertionError(f"not true within {within_seconds} s; the last value was {value!r}")
        time.sleep(every_seconds)
