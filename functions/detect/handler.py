"""How strange an ended run was, and why."""

from functions.detect.score import score
from shared.execution import Execution
from shared.judgement import Judgement, Knowledge
from shared.plain import plain

VERSION = "statistics:1"


class DetectJudge:
    """Decides with robust statistics and rules, joined by the production model where one works."""

    engine = "detect"
    model_kind = "anomaly_detection"
    table = "detections"

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        """A detection for an ended run."""
        vector = knowledge.vector(execution)
        model_score = knowledge.model.probability(vector)
        detection = score(execution, knowledge.state, knowledge.pipeline, model_score=model_score)
        row = {
            **plain(detection),
            **knowledge.model.columns(model_score, otherwise="statistics", version=VERSION),
            "evidence": {"runs_known": knowledge.state.runs, "config_version": execution.config_version},
        }
        return Judgement(row, vector, detection.is_anomaly)
