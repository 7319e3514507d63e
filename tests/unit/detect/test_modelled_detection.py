"""Which part of a detection is the model's, and what it is fed with."""

from typing import Any

import pytest

from functions.detect.handler import DetectJudge
from shared.claim import ENDED
from shared.errors import ModelFault
from shared.judgement import Judgement, Knowledge
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState
from shared.run_features import RUN_NAMES
from tests.unit.shared.models import Says, in_production
from tests.unit.shared.orders import run

PIPELINE = {"owner_id": "ada", "stages": [], "timeout_seconds": None, "config": {}, "etag": None}
SLOW = RUN_NAMES.index("duration_seconds_deviation")


def judged(*, minutes: float = 11, **models: Any) -> Judgement:
    state = PipelineState()
    for number in range(20):
        state.update(run(number, minutes=10 + number % 3))
    served = in_production(dict(DetectJudge.inputs), **models)
    knowledge = Knowledge(PIPELINE, state, OutcomeHistory(), OutcomeHistory(), served)
    return DetectJudge().judge(ENDED, run(20, minutes=minutes), knowledge)


def test_a_model_is_fed_with_the_ended_run_and_its_alarm_is_a_reason() -> None:
    says_slow = Says(lambda row: [0.9 if row[SLOW] > 1.0 else 0.1])
    assert not judged(anomaly_detection=says_slow).anomalous
    slow = judged(minutes=15, anomaly_detection=says_slow)
    assert slow.anomalous
    assert slow.row is not None
    assert slow.row["model_version"] == "anomaly_detection:abc"
    assert "model" in [reason["feature"] for reason in slow.row["reasons"]]


def test_what_the_model_was_fed_with_is_recorded() -> None:
    judgement = judged()
    assert judgement.features is not None
    assert len(judgement.features) == DetectJudge.recorded.features == len(RUN_NAMES)
    assert DetectJudge.inputs["anomaly_detection"] == DetectJudge.recorded


def test_without_a_working_model_statistics_answer_and_say_so() -> None:
    broken = judged(anomaly_detection=ModelFault("the model's sha256 differs")).row
    assert broken is not None
    assert (broken["model"], broken["model_fault"]) == ("statistics", "the model's sha256 differs")
    assert broken["score"] == pytest.approx(judged().row["score"])


def test_the_evidence_says_how_strange_it_was_and_from_where_the_pipeline_alarms() -> None:
    row = judged(minutes=60).row
    assert row is not None
    assert row["evidence"]["strangeness"] > row["evidence"]["alarm_from"] == 1.0
    assert "strangeness" not in row
