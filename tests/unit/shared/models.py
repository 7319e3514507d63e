"""Models that answer what a test wants."""

from collections.abc import Callable, Sequence

from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.model_input import START_OF_RUN, ModelInput
from shared.served_model import Scorer, ServedModel
from shared.served_models import ServedModels


class Says:
    """A loaded model that answers what the function says of a row."""

    def __init__(self, says: Callable[[Sequence[float]], Sequence[float]]) -> None:
        self._says = says

    def answers(self, row: Sequence[float]) -> Sequence[float]:
        return self._says(row)


class Offers:
    """A store that has the models of some kinds, or raises the fault that is there instead."""

    def __init__(self, **models: Scorer | ModelFault) -> None:
        self._models = models

    def load(self, reference: ModelReference, *, feature_fingerprint: str, features: int) -> Scorer:
        model = self._models[reference.id]
        if isinstance(model, ModelFault):
            raise model
        return model


def reference(kind: str) -> ModelReference:
    return ModelReference(kind, f"{kind}:abc", f"models/{kind}.onnx", "a" * 64, 10, "fingerprint")


def served(model: Scorer | ModelFault, *, fed: ModelInput = START_OF_RUN) -> ServedModel:
    return ServedModel(reference("it"), Offers(it=model), fed)


def in_production(inputs: dict[str, ModelInput], **models: Scorer | ModelFault) -> ServedModels:
    return ServedModels(inputs, {kind: reference(kind) for kind in models}, {}, Offers(**models))
