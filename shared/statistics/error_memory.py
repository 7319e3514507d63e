"""The error a pipeline failed with last, and how often it has come back."""

from collections.abc import Mapping
from typing import Any, Self

from shared.statistics.stored import stored_count, stored_moment, stored_text

MAX_SIGNATURES = 8


class ErrorMemory:
    """Counts of the last eight error signatures, and how many failures in a row had the same one.

    A failure without a message has the empty signature: it ends a burst and counts for none.

    >>> memory = ErrorMemory()
    >>> for at, signature in ((10.0, "a"), (20.0, "a"), (30.0, "b"), (40.0, "a")):
    ...     memory.update(at, signature)
    >>> memory.get("a"), memory.last, memory.repeats
    (3, 'a', 1)
    """

    __slots__ = ("_seen", "last", "repeats", "since")

    def __init__(self) -> None:
        self.last = ""
        self.repeats = 0
        self.since: float | None = None
        self._seen: dict[str, int] = {}  # least recently seen first

    def update(self, at: float, signature: str) -> None:
        """Learn a failure at ``at`` (epoch seconds) with this signature."""
        if signature and signature == self.last:
            self.repeats += 1
        else:
            self.last, self.repeats, self.since = signature, 1 if signature else 0, at
        if signature:
            count = self._seen.pop(signature, 0)
            if len(self._seen) >= MAX_SIGNATURES:
                del self._seen[next(iter(self._seen))]
            self._seen[signature] = min(count + 1, 1_000_000)

    def clear_burst(self) -> None:
        """A success ends the burst; the counts stay."""
        self.repeats, self.since = 0, None

    def get(self, signature: str) -> int:
        """How many failures had this signature, as far as it is remembered; 0 for one never seen."""
        return self._seen.get(signature, 0)

    def to_json(self) -> dict[str, Any]:
        """``{"last", "repeats", "since", "seen": {signature: count}}``."""
        return {"last": self.last, "repeats": self.repeats, "since": self.since, "seen": dict(self._seen)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value."""
        memory = cls()
        memory.last, memory.repeats = stored_text(value["last"]), stored_count(value["repeats"])
        memory.since = stored_moment(value["since"])
        memory._seen = {key: stored_count(count) for key, count in list(value["seen"].items())[-MAX_SIGNATURES:]}
        return memory
