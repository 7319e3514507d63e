"""Which runs a workspace too large for one training machine is trained on."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Window:
    """Runs that started at ``from_at`` or later; before ``whole_from`` every failure, but only a share of the rest.

    What is left out is made good by weight, so that probabilities keep their level: with a share of 0.2 each kept
    success counts five times. Which ones are kept follows from their ids: the same history gives the same model.
    Moments in epoch seconds; minus infinity where nothing is left out.
    """

    from_at: float = float("-inf")
    whole_from: float = float("-inf")
    success_share: float = 1.0

    @classmethod
    def from_document(cls, document: Mapping[str, Any] | None) -> Self:
        """The window that the database names, with None where nothing is left out; the whole history without one."""
        return cls(**{name: value for name, value in (document or {}).items() if value is not None})

    @property
    def sentence(self) -> str:
        """What is left out, in words; empty where nothing is."""
        if self.whole_from == float("-inf"):
            return ""
        since = "" if self.from_at == float("-inf") else f" since {_day(self.from_at)}"
        return (
            f" The history is too long for one machine: it learned from all runs since {_day(self.whole_from)}, and "
            f"from every failure and {self.success_share:.0%} of the other runs{since} before that, weighed as if all "
            "were there."
        )

    def weights(self, page: Sequence[Row]) -> tuple[list[Row], list[float]]:
        """The rows of a page of ``training_rows`` that are kept, and what each weighs."""
        weighed = [(row, self.weight(row)) for row in page]
        kept = [(row, weight) for row, weight in weighed if weight > 0.0]
        return [row for row, _ in kept], [weight for _, weight in kept]

    def weight(self, row: Row) -> float:
        """What a row [id, started, ended, failed, …] weighs; 0: it is left out.

        >>> window = Window(0.0, 100.0, 0.2)
        >>> window.weight(["a", 7.0, 9.0, 1]), window.weight(["a", 100.0, 109.0, 0]), window.weight(["a", -1.0, 9.0, 1])
        (1.0, 1.0, 0.0)
        >>> sum(window.weight([f"run-{n}", 7.0, 9.0, 0]) for n in range(1000))
        1085.0
        """
        run_id, started, _, failed = row[:4]
        if started < self.from_at:
            return 0.0
        if failed or started >= self.whole_from:
            return 1.0
        kept = zlib.crc32(run_id.encode()) / 2**32 < self.success_share
        return 1.0 / self.success_share if kept else 0.0


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%-d %B %Y}"


WHOLE = Window()
"""Nothing is left out."""
