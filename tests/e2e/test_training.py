"""From recorded runs to a trained model that a person lets serve, and back."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from tests.waiting import eventually

from .conftest import Roastery

RUNS = 1200
KIND = "failure_prediction"


@pytest.fixture
def pipeline(roastery: Roastery) -> dict[str, Any]:
    return roastery.pipeline()


@pytest.fixture
def learned(roastery: Roastery, pipeline: dict[str, Any], owner: psycopg.Connection) -> None:
    """Runs that fail for twenty in a row and then succeed for sixty, all of them seen by `predict`."""
    begin = datetime(2026, 2, 1, tzinfo=UTC)
    rows = [
        {
            "id": str(uuid.uuid4()),
            "pipeline_id": pipeline["id"],
            "status": "failed" if number % 80 < 20 else "completed",
            "created_at": (begin + timedelta(minutes=20 * number)).isoformat(),
            "started_at": (begin + timedelta(minutes=20 * number)).isoformat(),
            "completed_at": (begin + timedelta(minutes=20 * number + 10)).isoformat(),
        }
        for number in range(RUNS)
    ]
    for at in range(0, RUNS, 400):
        roastery.client.table("executions").insert(rows[at : at + 400]).execute()

    def all_recorded() -> bool:
        counted = owner.execute(
            "select count(*) from engine.feature_records where engine = 'predict' and pipeline_id = %s",
            [pipeline["id"]],
        ).fetchone()
        return counted is not None and counted[0] == RUNS

    eventually(all_recorded, within_seconds=90)


def command(roastery: Roastery, *words: str) -> Result:
    """`flexiroaster models` as the roastery's owner."""
    description = roastery.description
    account = {
        "FLEXIROASTER_URL": description.api_url,
        "FLEXIROASTER_KEY": description.publishable_key,
        "FLEXIROASTER_EMAIL": description.demo_email,
        "FLEXIROASTER_PASSWORD": description.demo_password,
    }
    result = CliRunner().invoke(main, ["models", *words], env=account)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.usefixtures("learned")
def test_a_model_is_trained_proved_tried_promoted_and_rolled_back(
    roastery: Roastery, pipeline: dict[str, Any], owner: psycopg.Connection
) -> None:
    try:
        command(roastery, "train")
        (version,) = eventually(lambda: roastery.rows("model_versions", kind=KIND), within_seconds=90)
        assert version["manifest"]["training"]["rows"] >= RUNS
        (evaluation,) = roastery.rows("model_evaluations", model_version_id=version["id"])
        assert "later runs its Brier score is" in evaluation["summary"]
        (shadow,) = roastery.rows("model_deployments", kind=KIND)
        assert (shadow["rung"], shadow["model_version_id"]) == ("shadow", version["id"])

        # In the shadow it does not serve yet.
        assert roastery.decided("predictions", roastery.start(pipeline, number=300))["model"] == "heuristic"

        command(roastery, "promote", version["id"])
        served = roastery.decided("predictions", roastery.start(pipeline, number=301))
        assert (served["model"], served["model_version"]) == ("onnx", version["model_version"])
        assert served["model_fault"] is None

        command(roastery, "train", "--kind", "duration")
        (durations,) = eventually(lambda: roastery.rows("model_versions", kind="duration"), within_seconds=90)
        command(roastery, "promote", durations["id"])
        timed = roastery.decided("predictions", roastery.start(pipeline, number=303))
        assert timed["evidence"]["duration"] == {"model_version": durations["model_version"], "fault": None}
        assert timed["expected_duration_seconds"] == pytest.approx(600, rel=0.05)

        assert version["id"] in command(roastery, "list").output
        explained = command(roastery, "explain", version["id"]).output
        assert evaluation["summary"] in explained
        assert "to production, by a person" in explained
        assert "to shadow, by the loop" in explained

        command(roastery, "roll-back")
        assert roastery.decided("predictions", roastery.start(pipeline, number=302))["model"] == "heuristic"
    finally:
        owner.execute("delete from model_versions where workspace_id = %s", [pipeline["workspace_id"]])
