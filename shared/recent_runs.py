"""Which runs were learned last, so that none is learned twice."""

import zlib
from collections.abc import Sequence
from typing import Self

from shared.statistics.stored import stored_count

CAPACITY = 32


class RecentRuns:
    """Checksums of the last 32 run ids.

    >>> recent = RecentRuns()
    >>> recent.update("run-1"), recent.update("run-1"), recent.get("run-1")
    (True, False, True)
    """

    __slots__ = ("_checksums",)

    def __init__(self) -> None:
        self._checksums: list[int] = []

    def update(self, run_id: str) -> bool:
        """Remember the run; False where it is remembered already."""
        checksum = zlib.crc32(run_id.encode("utf-8", "replace"))
        if checksum in self._checksums:
            return False
        self._checksums.append(checksum)
        del self._checksums[:-CAPACITY]
        return True

    def get(self, run_id: str) -> bool:
        """Whether the run is remembered."""
        return zlib.crc32(run_id.encode("utf-8", "replace")) in self._checksums

    def to_json(self) -> list[int]:
        """The checksums, oldest first."""
        return list(self._checksums)

    @classmethod
    def from_json(cls, value: Sequence[object]) -> Self:
        """Read `to_json`'s value."""
        recent = cls()
        recent._checksums = [stored_count(entry) for entry in list(value)[-CAPACITY:]]
        return recent
