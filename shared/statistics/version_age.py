"""Which configuration version a pipeline runs on, since when, and for how many runs."""

from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_count, stored_moment


class VersionAge:
    """Runs and time on the current version; a version that comes back after another begins again.

    >>> age = VersionAge()
    >>> age.update(7, at=100.0)
    >>> age.update(7, at=160.0)
    >>> age.get(7, now=220.0), age.get(8, now=220.0)
    ((2, 120.0), (0, 0.0))
    """

    __slots__ = ("_runs", "_since", "version")

    def __init__(self) -> None:
        self.version: int | None = None
        self._since: float | None = None
        self._runs = 0

    def update(self, version: int | None, at: float) -> None:
        """Learn a run on ``version`` (None where runs carry no version) at ``at`` (epoch seconds)."""
        if self._since is None or version != self.version:
            self.version, self._since, self._runs = version, at, 0
        self._runs += 1

    def get(self, version: int | None, now: float) -> tuple[int, float]:
        """(runs, seconds since the first run) on ``version``; (0, 0.0) where it is new."""
        if self._since is None or version != self.version:
            return 0, 0.0
        return self._runs, max(now - self._since, 0.0)

    def to_json(self) -> list[float | None]:
        """``[version, since, runs]``."""
        return [self.version, self._since, self._runs]

    @classmethod
    def from_json(cls, value: Sequence[float | None]) -> Self:
        """Read `to_json`'s value."""
        age = cls()
        version, since, runs = value
        age.version = None if version is None else stored_count(version)
        age._since, age._runs = stored_moment(since), stored_count(runs)
        return age
