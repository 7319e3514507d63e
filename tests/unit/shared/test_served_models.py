import uuid

import pytest

from shared.claim import Challenger, ModelReference
from shared.errors import ModelFault
from shared.model_input import START_OF_RUN
from shared.served_models import ServedModels, percentile

KIND = "failure_prediction"


def reference(name: str) -> ModelReference:
    return ModelReference(f"id-of-{name}", f"{KIND}:{name}", f"models/{name}.onnx", "a" * 64, 10, "fingerprint")


ANSWERS = {f"{KIND}:champion": 0.1, f"{KIND}:canary": 0.2, f"{KIND}:shadow": 0.3}


class Store:
    """Models that answer with a number of their own; one called broken cannot be loaded."""

    def load(self, reference, *, feature_fingerprint, features):
        if reference.model_version.endswith("broken"):
            raise ModelFault("gone")
        return Answering(ANSWERS[reference.model_version])


class Answering:
    def __init__(self, answer: float) -> None:
        self.answer = answer

    def answers(self, row):
        return [self.answer]


def models(*challengers: Challenger, champion: str = "champion") -> ServedModels:
    return ServedModels({KIND: START_OF_RUN}, {KIND: reference(champion)}, {KIND: challengers}, Store())


CANARY = Challenger("canary", 10.0, reference("canary"))
SHADOW = Challenger("shadow", 0.0, reference("shadow"))
RUNS = [str(uuid.UUID(int=number * 7919)) for number in range(2000)]
OF_CANARY = next(run for run in RUNS if percentile(run) < 10.0)
OF_PRODUCTION = next(run for run in RUNS if percentile(run) >= 10.0)


def said(served: ServedModels, run: str) -> dict[str, float]:
    return {one["rung"]: one["p"] for one in served.alternatives(KIND, run, [0.0], column="p")}


def test_a_canary_serves_its_share_of_the_runs_and_always_the_same() -> None:
    served = models(CANARY)
    by_canary = [run for run in RUNS if served.serving(KIND, run).probability([0.0]) == 0.2]
    assert len(by_canary) == pytest.approx(200, abs=40)
    assert by_canary == [run for run in RUNS if models(CANARY).serving(KIND, run).probability([0.0]) == 0.2]


def test_a_shadow_never_serves() -> None:
    assert {models(SHADOW).serving(KIND, run).probability([0.0]) for run in RUNS} == {0.1}


def test_what_does_not_serve_is_kept_beside_what_does() -> None:
    served = models(CANARY, SHADOW)
    assert said(served, OF_PRODUCTION) == {"canary": 0.2, "shadow": 0.3}
    assert said(served, OF_CANARY) == {"production": 0.1, "shadow": 0.3}


def test_a_challenger_that_cannot_be_loaded_harms_nobody() -> None:
    served = models(Challenger("shadow", 0.0, reference("broken")), CANARY)
    assert served.serving(KIND, OF_PRODUCTION).probability([0.0]) == 0.1
    assert said(served, OF_PRODUCTION) == {"canary": 0.2}


def test_without_production_a_shadow_does_not_take_its_place() -> None:
    served = ServedModels({KIND: START_OF_RUN}, {}, {KIND: [SHADOW]}, Store())
    assert served.serving(KIND, OF_PRODUCTION).probability([0.0]) is None
    assert said(served, OF_PRODUCTION) == {"shadow": 0.3}
