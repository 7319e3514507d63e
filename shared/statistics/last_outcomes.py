"""The outcomes of the last ten runs, as they were."""

from typing import Self

from shared.statistics.stored import stored_text

CAPACITY = 10


class LastOutcomes:
    """Which of the last ten runs failed; fewer where there were fewer.

    >>> last = LastOutcomes()
    >>> for failed in (False, True, True, False, True):
    ...     last.update(failed)
    >>> last.get(4), last.get(10)
    ((3, 4), (3, 5))
    """

    __slots__ = ("_letters",)

    def __init__(self) -> None:
        self._letters = ""

    def update(self, failed: bool) -> None:
        """Learn the outcome of the next run."""
        self._letters = self._letters[1 - CAPACITY :] + ("f" if failed else "s")

    def get(self, runs: int) -> tuple[int, int]:
        """(failures, runs) of the last ``runs`` runs that are known, at most ten."""
        letters = self._letters[-min(max(runs, 1), CAPACITY) :]
        return letters.count("f"), len(letters)

    def to_json(self) -> str:
        """A letter per run, ``f`` or ``s``, oldest first."""
        return self._letters

    @classmethod
    def from_json(cls, value: str) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it holds anything but ``f`` and ``s``.
        """
        value = stored_text(value)
        if set(value) - {"f", "s"}:
            raise ValueError(f"outcomes are letters f and s, not {value!r:.20}")
        last = cls()
        last._letters = value[-CAPACITY:]
        return last
