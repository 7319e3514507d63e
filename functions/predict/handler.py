"""How likely a run is to fail: answered at its start, and again as each stage ends."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from functions.predict.heuristic import failure_probability, predict
from functions.predict.in_flight import after_stages
from shared.claim import ENDED, STARTED
from shared.execution import Execution
from shared.judgement import Judgement, Knowledge
from shared.model_input import START_OF_RUN
from shared.plain import plain
from shared.served_models import answered_by

FAILURE = "failure_prediction"
VERSION = "heuristic:1"


class PredictJudge:
    """Decides with the production model where one works, and with the documented heuristic otherwise."""

    engine = "predict"
    table = "predictions"
    inputs = MappingProxyType({FAILURE: START_OF_RUN})
    recorded = START_OF_RUN

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        """A prediction for a run that started or had a stage end; an ended run is only learned from."""
        if phase == ENDED:
            return Judgement()
        begun = execution.as_started()
        vector = knowledge.vector(begun)
        served = knowledge.models.serving(FAILURE, execution.id)
        probability = served.probability(vector)
        prediction = predict(
            begun,
            vector=vector,
            state=knowledge.state,
            pipeline=knowledge.pipeline,
            model_probability=probability,
        )
        if phase != STARTED:
            prediction = after_stages(prediction, execution.stages, knowledge.pipeline)
        row = {
            **plain(prediction),
            **served.columns(probability, otherwise="heuristic", version=VERSION),
            "alternatives": [] if phase != STARTED else _alternatives(knowledge, execution, vector, probability),
            "evidence": {"runs_known": knowledge.state.runs, "config_version": execution.config_version},
        }
        return Judgement(row, vector if phase == STARTED else None)


def _alternatives(
    knowledge: Knowledge, execution: Execution, vector: Sequence[float], served: float | None
) -> list[Mapping[str, Any]]:
    """What the models that do not serve this run say of it, and the heuristic where a model serves."""
    said = knowledge.models.alternatives(FAILURE, execution.id, vector, column="failure_probability")
    if served is not None:
        said.append({**answered_by(None, version=VERSION), "failure_probability": failure_probability(vector)})
    return said
