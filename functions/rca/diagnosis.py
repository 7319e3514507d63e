"""What a diagnosis says."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from functions.rca.subcause import Family

Standing = Literal["found", "healthy", "unknown"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line that speaks for a cause. ``line`` counts from 1; ``weight`` in log odds."""

    line: int
    text: str
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A possible cause. ``confidence`` is the probability of its family; causes are ranked by it."""

    family: Family
    subcause: str
    confidence: float
    transient: bool
    meaning: str
    first_action: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``standing`` ``found``: the first cause is the answer; ``healthy``: nothing failed; ``unknown``: see ``missing``.

    ``confidence`` in 0..1 is how sure this answer is, whichever it is. ``lines`` are the numbers of the lines that
    matter, from 1, in order.
    """

    standing: Standing
    confidence: float
    causes: tuple[Cause, ...]
    lines: Sequence[int]
    factors: tuple[str, ...] = ()
    missing: str | None = None
    stage: str | None = None

    @property
    def cause(self) -> Cause | None:
        """The cause, where one was found."""
        return self.causes[0] if self.standing == "found" else None

    def document(self) -> dict[str, Any]:
        """The object that programs get."""
        cause = self.cause
        return {
            "family": cause and cause.family,
            "subcause": cause and cause.subcause,
            "confidence": round(self.confidence, 4),
            "transient": bool(cause and cause.transient),
            "first_action": cause.first_action if cause else self.missing or "Nothing needs to be done.",
            "lines": list(self.lines),
            "standing": self.standing,
            "stage": self.stage,
            "evidence": [asdict(evidence) for evidence in cause.evidence] if cause else [],
            "causes": [
                {"family": each.family, "subcause": each.subcause, "confidence": round(each.confidence, 4)}
                for each in self.causes
            ],
            "factors": list(self.factors),
            "missing": self.missing,
        }
