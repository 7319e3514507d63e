"""How likely a run is to fail: answered at its start, and again as each stage ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from functions.predict.heuristic import failure_probability, predict
from functions.predict.in_flight import after_stages
from functions.predict.modelled import DURATION, STAGE_RISK, VERSION, with_models
from shared.claim import ENDED, STARTED
from shared.execution import Execution
from shared.judgement import Judgement, Knowledge
from shared.model_input import START_OF_RUN
from shared.plain import plain
from shared.served_models import answered_by
from shared.stage_features import STAGE_OF_RUN, stage_features

FAILURE = "failure_prediction"


class PredictJudge:
    """Decides with the production model where one works, and with the documented heuristic otherwise."""

    engine = "predict"
    table = "predictions"
    inputs = MappingProxyType({FAILURE: START_OF_RUN, DURATION: START_OF_RUN, STAGE_RISK: STAGE_OF_RUN})
    recorded = START_OF_RUN

    def conclude(self, learned: Mapping[str, object], *, now: datetime) -> Mapping[str, Any]:
        """Nothing follows besides what was learned."""
        return {}

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
        stages = stage_features(knowledge.state, vector, knowledge.pipeline["stages"])
        prediction, answered = with_models(prediction, begun, knowledge, vector=vector, stage_features=stages)
        if phase != STARTED:
            prediction = after_stages(prediction, execution.stages, knowledge.pipeline)
        row = {
            **plain(prediction),
            **served.columns(probability, otherwise="heuristic", version=VERSION),
            "alternatives": [] if phase != STARTED else _alternatives(knowledge, execution, vector, probability),
            "evidence": {
                "runs_known": knowledge.state.runs,
                "config_version": execution.config_version,
                **answered,
            },
        }
        return Judgement(row, vector, stage_features=stages) if phase == STARTED else Judgement(row)


def _alternatives(
    knowledge: Knowledge, execution: Execution, vector: Sequence[float], served: float | None
) -> list[Mapping[str, Any]]:
    """What the models that do not serve this run say of it, and the heuristic where a model serves."""
    said = knowledge.models.alternatives(FAILURE, execution.id, vector, column="failure_probability")
    if served is not None:
        said.append({**answered_by(None, version=VERSION), "failure_probability": failure_probability(vector)})
    return said
