"""The model that serves in a workspace, or the reason why none does."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shared import logs
from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.features import FEATURES, FINGERPRINT


class Scorer(Protocol):
    """A loaded model."""

    def score(self, row: Sequence[float]) -> float:
        """One number for one row of features."""


class Store(Protocol):
    """Where models come from."""

    def load(self, reference: ModelReference, *, feature_fingerprint: str, features: int) -> Scorer:
        """The model, or `ModelFault`."""


class ServedModel:
    """Answers while it can. After a fault it answers None and says why, and the caller's second way answers."""

    def __init__(self, reference: ModelReference | None, store: Store) -> None:
        self.fault: str | None = None
        self._reference = reference
        self._scorer: Scorer | None = None
        if reference is None:
            return
        try:
            self._scorer = store.load(reference, feature_fingerprint=FINGERPRINT, features=len(FEATURES))
        except ModelFault as fault:
            self._give_up(str(fault))

    def probability(self, row: Sequence[float]) -> float | None:
        """The model's answer in 0..1, or None without a working model."""
        if self._scorer is None:
            return None
        try:
            answer = self._scorer.score(row)
        # The runtime's exceptions share no base but Exception.
        except Exception as error:  # noqa: BLE001
            self._give_up(f"the model failed on a row: {type(error).__name__}")
            return None
        if not math.isfinite(answer):
            self._give_up("the model answered with a number that is not finite")
            return None
        return min(max(answer, 0.0), 1.0)

    def columns(self, answered: float | None, *, otherwise: str, version: str) -> dict[str, Any]:
        """The columns that say who answered: the model, or ``otherwise`` and why the model did not."""
        if answered is None or self._reference is None:
            return {"model": otherwise, "model_version": version, "model_fault": self.fault}
        return {
            "model": "onnx",
            "model_version": self._reference.model_version,
            "model_version_id": self._reference.id,
            "model_fault": None,
        }

    def _give_up(self, fault: str) -> None:
        self._scorer = None
        self.fault = fault
        logs.warning(fault, action="answer_without_model", reference=self._reference and self._reference.model_version)


def serving(models: Mapping[str, ModelReference], kind: str, store: Store) -> ServedModel:
    """The production model of a kind among a claim's models."""
    return ServedModel(models.get(kind), store)
