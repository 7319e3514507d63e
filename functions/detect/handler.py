"""How strange an ended run was, and why."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from functions.detect.expectation import expectation_of
from functions.detect.score import found_by, score
from functions.detect.signature import signature_evidence
from shared.claim import Pipeline
from shared.execution import Execution
from shared.judgement import Judgement, Knowledge
from shared.pipeline_state import PipelineState
from shared.plain import plain
from shared.run_features import END_OF_RUN, run_features

ANOMALY = "anomaly_detection"
VERSION = "statistics:2"
EVIDENCE = ("strangeness", "alarm_from")


class DetectJudge:
    """Decides with robust statistics and rules, joined by the production model where one works."""

    engine = "detect"
    table = "detections"
    inputs = MappingProxyType({ANOMALY: END_OF_RUN})
    recorded = END_OF_RUN

    def conclude(self, learned: Mapping[str, tuple[Pipeline, PipelineState]], *, now: datetime) -> Mapping[str, Any]:
        """When the next run of each pipeline is expected."""
        return {
            "expectations": [
                {"pipeline_id": pipeline_id, **expectation_of(pipeline, state, now=now).row()}
                for pipeline_id, (pipeline, state) in learned.items()
            ]
        }

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        """A detection for an ended run."""
        vector = run_features(execution, knowledge.state)
        served = knowledge.models.serving(ANOMALY, execution.id)
        model_score = served.probability(vector)
        detection = score(execution, knowledge.state, knowledge.pipeline, model_score=model_score)
        row = {
            **{name: value for name, value in plain(detection).items() if name not in EVIDENCE},
            **served.columns(model_score, otherwise="statistics", version=VERSION),
            "evidence": {
                "runs_known": knowledge.state.runs,
                "config_version": execution.config_version,
                **signature_evidence(execution),
                "strangeness": detection.strangeness,
                "alarm_from": detection.alarm_from,
            },
        }
        return Judgement(row, vector, detection.is_anomaly, found_by(detection, knowledge.pipeline))
