"""A run fails, and somebody says why: by itself, and when asked."""

import uuid
from typing import Any

import httpx
import pytest

from .conftest import Roastery

ANALYZE = "/api/ai/root-cause/analyze"


def failed_run(roastery: Roastery, pipeline: dict[str, Any], *messages: str) -> str:
    """A run that failed, recorded together with its log."""
    run = str(uuid.uuid4())
    logs = [{"execution_id": run, "level": "error", "message": message} for message in messages]
    execution = {"id": run, "pipeline_id": pipeline["id"], "status": "failed", "error_message": "exit code 1"}
    roastery.client.rpc("ingest", {"payload": {"executions": [execution], "logs": logs}}).execute()
    return run


def test_a_failure_is_explained_by_its_log(roastery: Roastery) -> None:
    run = failed_run(roastery, roastery.pipeline(), "loading", 'ERROR: column "aroma" does not exist')
    cause = roastery.decided("root_causes", run)
    assert (cause["family"], cause["subcause"], cause["transient"]) == ("schema_data", "column_missing", False)
    (detection,) = roastery.rows("detections", execution_id=run)
    assert cause["detection_id"] == detection["id"]
    sources = [line["source"]["id"] for line in cause["evidence"]["weighed"]]
    assert set(sources) <= {row["id"] for row in roastery.rows("logs", execution_id=run)}


def test_a_question_about_it_tells_what_is_stored(roastery: Roastery, gateway: httpx.Client) -> None:
    run = failed_run(roastery, roastery.pipeline(), "OSError: [Errno 28] No space left on device")
    stored = roastery.decided("root_causes", run)
    told = gateway.post(ANALYZE, json={"execution_id": run}).json()
    assert told["source"] == "stored"
    assert told["causes"][0]["id"] == stored["id"]


def test_a_text_is_explained_at_once(gateway: httpx.Client) -> None:
    told = gateway.post(ANALYZE, json={"text": "FATAL: password authentication failed for user loader"}).json()
    assert (told["family"], told["subcause"], told["source"]) == (
        "connection_auth",
        "authentication_failed",
        "computed",
    )


def test_a_run_that_went_well_is_explained_when_asked(roastery: Roastery, gateway: httpx.Client) -> None:
    run = roastery.run(roastery.pipeline())
    roastery.decided("detections", run)
    told = gateway.post(ANALYZE, json={"execution_id": run}).json()
    assert (told["source"], told["causes"][0]["family"]) == ("computed", None)


def test_strangers_are_told_nothing(stranger: str, roastery: Roastery, gateway: httpx.Client) -> None:
    run = failed_run(roastery, roastery.pipeline(), "boom")
    headers = {"authorization": f"Bearer {stranger}"}
    assert gateway.post(ANALYZE, json={"execution_id": run}, headers=headers).status_code == 404
    assert gateway.post(ANALYZE, json={"text": "boom"}, headers={"authorization": "Bearer rubbish"}).status_code in (
        401,
        403,
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "execution_id"),
        ({"text": "x", "execution_id": str(uuid.uuid4())}, "either"),
        ({"execution_id": "not-an-id"}, "execution_id"),
        ({"text": "x", "shell": "rm"}, "shell"),
    ],
)
def test_a_question_that_is_none_is_refused_in_words(gateway: httpx.Client, body: dict, words: str) -> None:
    answer = gateway.post(ANALYZE, json=body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
