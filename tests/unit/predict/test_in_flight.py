import pytest

from functions.predict.in_flight import after_stages
from functions.predict.prediction import Prediction, StageRisk
from shared.execution import StageRun

PIPELINE = {
    "stages": [
        {"name": "extract", "is_critical": True},
        {"name": "roast", "is_critical": True},
        {"name": "label", "is_critical": False},
    ]
}
AT_START = Prediction(
    failure_probability=0.271,
    success_probability=0.729,
    stage_risks=tuple(StageRisk(stage["name"], 0.1, 20.0) for stage in PIPELINE["stages"]),
)


def test_a_stage_that_completed_can_fail_no_more() -> None:
    prediction = after_stages(AT_START, [StageRun("extract", "completed")], PIPELINE)
    assert prediction.failure_probability == pytest.approx(0.19)
    assert prediction.success_probability == pytest.approx(0.81)
    assert [risk.stage for risk in prediction.stage_risks] == ["roast", "label"]
    assert prediction.factors[0].text == "1 of its 3 stages have completed"


def test_a_critical_stage_that_failed_all_but_decides_it() -> None:
    prediction = after_stages(AT_START, [StageRun("roast", "failed")], PIPELINE)
    assert prediction.failure_probability == 0.95
    assert prediction.factors[0].text == "its critical stage roast has failed"


def test_a_stage_that_passed_at_the_second_attempt_has_completed() -> None:
    attempts = [StageRun("roast", "failed"), StageRun("roast", "completed", attempt=2)]
    assert after_stages(AT_START, attempts, PIPELINE).failure_probability == pytest.approx(0.19)


def test_a_stage_that_may_fail_does_not_decide_it() -> None:
    assert after_stages(AT_START, [StageRun("label", "failed")], PIPELINE) == AT_START


def test_without_stages_nothing_changes() -> None:
    bare = Prediction(0.2, 0.8)
    assert after_stages(bare, [StageRun("surprise", "completed")], PIPELINE) == bare
