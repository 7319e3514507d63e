"""How strange an ended run was, and why."""

from types import MappingProxyType

from functions.detect.score import score
from shared.execution import Execution
from shared.judgement import Judgement, Knowledge
from shared.model_input import START_OF_RUN
from shared.plain import plain

ANOMALY = "anomaly_detection"
VERSION = "statistics:1"


class DetectJudge:
    """Decides with robust statistics and rules, joined by the production model where one works."""

    engine = "detect"
    table = "detections"
    inputs = MappingProxyType({ANOMALY: START_OF_RUN})
    recorded = START_OF_RUN

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        """A detection for an ended run."""
        vector = knowledge.vector(execution)
        served = knowledge.models.serving(ANOMALY, execution.id)
        model_score = served.probability(vector)
        detection = score(execution, knowledge.state, knowledge.pipeline, model_score=model_score)
        row = {
            **plain(detection),
            **served.columns(model_score, otherwise="statistics", version=VERSION),
            "evidence": {"runs_known": knowledge.state.runs, "config_version": execution.config_version},
        }
        return Judgement(row, vector, detection.is_anomaly)
