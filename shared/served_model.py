"""A model that answers about runs, or the reason why it does not."""

import math
from collections.abc import Sequence
from typing import Any, Protocol

from shared import logs
from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.model_input import ModelInput


class Scorer(Protocol):
    """A loaded model."""

    def answers(self, row: Sequence[float]) -> Sequence[float]:
        """The numbers that it answers for one row of features."""


class Store(Protocol):
    """Where models come from."""

    def load(self, reference: ModelReference, *, feature_fingerprint: str, features: int) -> Scorer:
        """The model, or `ModelFault`."""


class ServedModel:
    """Answers while it can. After a fault it answers None and says why, and the caller's second way answers."""

    def __init__(self, reference: ModelReference | None, store: Store, model_input: ModelInput) -> None:
        self.fault: str | None = None
        self.reference = reference
        self._scorer: Scorer | None = None
        if reference is None:
            return
        try:
            self._scorer = store.load(
                reference, feature_fingerprint=model_input.fingerprint, features=model_input.features
            )
        except ModelFault as fault:
            self._give_up(str(fault))

    def answers(self, row: Sequence[float], *, numbers: int | None = None) -> Sequence[float] | None:
        """The model's numbers for a row, all of them finite and as many as named, or None without a working model."""
        if self._scorer is None:
            return None
        try:
            answers = self._scorer.answers(row)
        # The runtime's exceptions share no base but Exception.
        except Exception as error:  # noqa: BLE001
            self._give_up(f"the model failed on a row: {type(error).__name__}")
            return None
        if not all(math.isfinite(answer) for answer in answers):
            self._give_up("the model answered with a number that is not finite")
            return None
        if numbers is not None and len(answers) != numbers:
            self._give_up(f"the model answered with {len(answers)} numbers, not with {numbers}")
            return None
        return answers

    def probability(self, row: Sequence[float]) -> float | None:
        """The model's last number, brought into 0..1, or None without a working model."""
        answers = self.answers(row)
        return None if answers is None else min(max(answers[-1], 0.0), 1.0)

    def columns(self, answered: float | None, *, otherwise: str, version: str) -> dict[str, Any]:
        """The columns that say who answered: the model, or ``otherwise`` and why the model did not."""
        if answered is None or self.reference is None:
            return {"model": otherwise, "model_version": version, "model_fault": self.fault}
        return {
            "model": "onnx",
            "model_version": self.reference.model_version,
            "model_version_id": self.reference.id,
            "model_fault": None,
        }

    def _give_up(self, fault: str) -> None:
        self._scorer = None
        self.fault = fault
        logs.warning(fault, action="answer_without_model", reference=self.reference and self.reference.model_version)
