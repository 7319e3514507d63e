"""From a failed run to one line in the feed, and from the next good run to its end."""

from typing import Any

from tests.waiting import eventually

from .conftest import Roastery


def alerts(roastery: Roastery, pipeline: dict[str, Any], status: str) -> list[dict[str, Any]]:
    """The alerts of the pipeline's incidents; healing has alerts of its own."""
    found = roastery.rows("alerts", pipeline_id=pipeline["id"], status=status)
    return [alert for alert in found if alert["incident_id"]]


def test_a_failure_is_one_alert_until_the_pipeline_recovers(quiet_roastery: Roastery) -> None:
    roastery = quiet_roastery
    pipeline = roastery.pipeline()
    message = f"the grinder of {pipeline['name']} jammed at bean 4711"
    for number in range(3):
        roastery.decided(
            "detections", roastery.run(pipeline, number, status="failed", error_message=message), within_seconds=40
        )
    (alert,) = eventually(lambda: alerts(roastery, pipeline, "active"))
    (incident,) = roastery.rows("incidents", id=alert["incident_id"])
    assert (incident["status"], incident["signals"], incident["pipelines"]) == ("open", 3, 1)
    (signature,) = roastery.rows("error_signatures", pipeline_id=pipeline["id"])
    assert (signature["fingerprint"], signature["occurrences"]) == (incident["error_fingerprint"], 3)

    roastery.run(pipeline, 4)
    (closed,) = eventually(lambda: alerts(roastery, pipeline, "resolved"))
    assert closed["evidence"]["closed_because"] == "recovered"
    assert roastery.rows("incidents", id=incident["id"])[0]["status"] == "resolved"
