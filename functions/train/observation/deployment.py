"""A model on a rung, as an observation finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from shared.claim import ModelReference

# Kinds whose answers are probabilities of something that turns out one way or the other.
TESTED_KINDS = ("failure_prediction",)
SHADOW, CANARY, PRODUCTION = "shadow", "canary", "production"
NEXT_RUNG = {SHADOW: CANARY, CANARY: PRODUCTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """``since``: when it came to this rung, epoch seconds; ``reference``: what its features and answers looked like in
    training (empty: not known); ``was_drifted``: what the last observation of this version found."""

    kind: str
    rung: str
    model: ModelReference
    generation: int
    since: float
    pinned: bool = False
    canary_percent: float | None = None
    previous_version_id: str | None = None
    reference: Mapping[str, Any]
    trained_until: str | None = None
    was_drifted: bool = False

    @property
    def is_tested(self) -> bool:
        """Whether its answers can be held against outcomes; the others wait for a person."""
        return self.kind in TESTED_KINDS

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """From ``rollout_state``."""
        return cls(**{**document, "model": ModelReference(**document["model"])})
