"""How likely a run is to fail: answered at its start, and again as each stage ends."""

from functions.predict.heuristic import predict
from functions.predict.in_flight import after_stages
from shared.claim import ENDED, STARTED
from shared.execution import Execution
from shared.judgement import Judgement, Knowledge
from shared.plain import plain

VERSION = "heuristic:1"


class PredictJudge:
    """Decides with the production model where one works, and with the documented heuristic otherwise."""

    engine = "predict"
    model_kind = "failure_prediction"
    table = "predictions"

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        """A prediction for a run that started or had a stage end; an ended run is only learned from."""
        if phase == ENDED:
            return Judgement()
        begun = execution.as_started()
        vector = knowledge.vector(begun)
        probability = knowledge.model.probability(vector)
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
            **knowledge.model.columns(probability, otherwise="heuristic", version=VERSION),
            "evidence": {"runs_known": knowledge.state.runs, "config_version": execution.config_version},
        }
        return Judgement(row, vector if phase == STARTED else None)
