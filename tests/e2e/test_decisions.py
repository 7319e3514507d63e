"""From a recorded execution to a stored, explained decision."""

import pytest

from tests.waiting import eventually

from .conftest import Roastery


def test_a_run_is_predicted_when_it_starts_and_detected_when_it_ends(roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    execution_id = roastery.start(pipeline)
    prediction = roastery.decided("predictions", execution_id)
    assert prediction["status"] == "learning"
    assert prediction["model"] == "heuristic"
    assert prediction["failure_probability"] + prediction["success_probability"] == pytest.approx(1)
    assert roastery.rows("detections", execution_id=execution_id) == []

    roastery.client.table("executions").update({"status": "completed", "completed_at": "2026-01-01T06:10:00Z"}).eq(
        "id", execution_id
    ).execute()
    detection = roastery.decided("detections", execution_id)
    assert detection["is_anomaly"] is False
    assert detection["guardrail_action"] == "continue"
    assert roastery.rows("executions", id=execution_id)[0]["duration_seconds"] == 600


def test_a_run_that_took_far_too_long_is_strange_and_the_reason_says_what_is_usual(roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    for number in range(40):
        roastery.run(pipeline, number)
    long_run = roastery.run(pipeline, 41, duration_seconds=7200)
    detection = roastery.decided("detections", long_run)
    assert detection["is_anomaly"] is True
    reason = detection["reasons"][0]
    assert reason["feature"] == "duration_seconds"
    assert reason["value"] == 7200
    assert 500 < reason["expected_low"] < reason["expected_high"] < 900
    assert reason["direction"] == "above"
    assert "usually" in reason["text"]
    assert detection["guardrail_action"] != "continue"


def test_a_pipeline_that_fails_is_predicted_to_fail_again_and_the_factors_say_why(roastery: Roastery) -> None:
    healthy, failing = roastery.pipeline(), roastery.pipeline()
    for number in range(12):
        roastery.run(healthy, number)
        roastery.run(failing, number, status="failed", error_message="KeyError: 'origin'")
    chances = {
        name: roastery.decided("predictions", roastery.start(pipeline, started_at="2026-01-13T06:00:00Z"))
        for name, pipeline in {"healthy": healthy, "failing": failing}.items()
    }
    assert chances["failing"]["failure_probability"] > 0.4
    assert chances["healthy"]["failure_probability"] < 0.2
    assert any("fail" in factor["text"] for factor in chances["failing"]["factors"])


def test_a_prediction_moves_as_stages_end(roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    for order_index, name in enumerate(("extract", "roast")):
        roastery.client.table("pipeline_stages").insert(
            {
                "pipeline_id": pipeline["id"],
                "workspace_id": pipeline["workspace_id"],
                "name": name,
                "order_index": order_index,
            }
        ).execute()
    execution_id = roastery.start(pipeline)
    at_start = roastery.decided("predictions", execution_id)
    assert [risk["stage"] for risk in at_start["stage_risks"]] == ["extract", "roast"]
    roastery.client.table("execution_stages").insert(
        {"execution_id": execution_id, "stage_name": "extract", "status": "failed", "error_message": "no beans"}
    ).execute()
    (after,) = eventually(lambda: roastery.rows("predictions", execution_id=execution_id, phase="stage:extract"))
    assert after["failure_probability"] >= 0.95 > at_start["failure_probability"]
