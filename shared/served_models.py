"""Which model answers about which run: production, or a canary for its share of the runs."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.claim import Challenger, ModelReference
from shared.model_input import ModelInput
from shared.served_model import ServedModel, Store

PRODUCTION, CANARY, NONE = "production", "canary", "none"


class ServedModels:
    """The models of one claim, by kind. Each is loaded once, and a fault of one is no fault of another."""

    def __init__(
        self,
        inputs: Mapping[str, ModelInput],
        models: Mapping[str, ModelReference],
        challengers: Mapping[str, Sequence[Challenger]],
        store: Store,
    ) -> None:
        self._production = {kind: ServedModel(models.get(kind), store, one) for kind, one in inputs.items()}
        self._challengers = {
            kind: [
                (challenger, ServedModel(challenger.reference, store, one)) for challenger in challengers.get(kind, ())
            ]
            for kind, one in inputs.items()
        }

    def serving(self, kind: str, execution_id: str) -> ServedModel:
        """The model that serves a run; without any, one that never answers."""
        return self._canary(kind, execution_id) or self._production[kind]

    def _others(self, kind: str, execution_id: str) -> Iterator[tuple[str, ServedModel]]:
        canary = self._canary(kind, execution_id)
        if canary is not None:
            yield PRODUCTION, self._production[kind]
        for challenger, model in self._challengers[kind]:
            if model is not canary:
                yield challenger.rung, model

    def alternatives(
        self, kind: str, execution_id: str, row: Sequence[float], *, column: str
    ) -> list[Mapping[str, Any]]:
        """What the models that do not serve a run say of it, to be stored beside what was served."""
        said = ((rung, model, model.probability(row)) for rung, model in self._others(kind, execution_id))
        return [
            {**answered_by(model.reference, rung=rung), column: answer}
            for rung, model, answer in said
            if answer is not None
        ]

    def _canary(self, kind: str, execution_id: str) -> ServedModel | None:
        for challenger, model in self._challengers[kind]:
            if challenger.rung == CANARY and percentile(execution_id) < challenger.percent:
                return model
        return None


def answered_by(reference: ModelReference | None, *, rung: str = NONE, version: str = "") -> dict[str, Any]:
    """Who gave an answer that was not served: a model, or ``version`` of what answers without one."""
    return {
        "rung": rung,
        "model_version": version if reference is None else reference.model_version,
        "model_version_id": reference and reference.id,
    }


def percentile(execution_id: str) -> float:
    """Where a run stands between 0 and 100: the same for every instance and every delivery.

    >>> 0.0 <= percentile("0b2f9c1e-5a7d-4a51-9a3b-1f2e3d4c5b6a") < 100.0
    True
    """
    return int.from_bytes(hashlib.sha256(execution_id.encode()).digest()[:4]) / 2**32 * 100.0
