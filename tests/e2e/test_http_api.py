"""The functions behind the gateway: wake-ups that are believed, and questions under the caller's own token."""

import json
import time
import uuid

import httpx
import pytest

from local.stack import Stack
from shared import engine_token, webhook

from .conftest import Roastery

DETECT, PREDICT = "/api/ai/anomaly/detect", "/api/ai/prediction/predict"


@pytest.fixture
def gateway(stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=stack.description.gateway_url, timeout=30)


def test_every_function_says_that_it_is_well(gateway: httpx.Client) -> None:
    for engine in ("detect", "predict"):
        assert gateway.get(f"/functions/v1/{engine}/healthz").json() == {"status": "ok", "engine": engine}


def wake_up(stack: Stack, workspace_id: str, *, secret: str | None = None, sent_at: float | None = None) -> dict:
    body = json.dumps({"type": "wake_up", "engine": "detect", "workspace_id": workspace_id}).encode()
    timestamp = int(sent_at or time.time())
    signature = webhook.sign(
        secret or stack.description.webhook_secret, webhook_id="wake_1", timestamp=timestamp, body=body
    )
    headers = {"webhook-id": "wake_1", "webhook-timestamp": str(timestamp), "webhook-signature": signature}
    return {"content": body, "headers": headers}


def test_a_wake_up_may_come_twice_and_for_nothing(gateway: httpx.Client, stack: Stack, roastery: Roastery) -> None:
    request = wake_up(stack, roastery.pipeline()["workspace_id"])
    for _ in range(2):
        answer = gateway.post("/functions/v1/detect", **request)
        assert answer.status_code == 200
        assert set(answer.json()) == {"batches", "events", "failed", "lost"}


def test_a_wake_up_for_a_workspace_that_is_not_leaks_nothing(gateway: httpx.Client, stack: Stack) -> None:
    answer = gateway.post("/functions/v1/detect", **wake_up(stack, str(uuid.uuid4())))
    assert answer.json() == {"batches": 0, "events": 0, "failed": 0, "lost": 0}


@pytest.mark.parametrize("kind", ["forged", "old", "early"])
def test_a_wake_up_that_is_not_ours_or_not_of_now_is_refused(gateway: httpx.Client, stack: Stack, kind: str) -> None:
    request = {
        "forged": lambda: wake_up(stack, str(uuid.uuid4()), secret="whsec_Zm9yZ2VkIGZvcmdlZCBmb3JnZWQgZm9yZ2Vk"),
        "old": lambda: wake_up(stack, str(uuid.uuid4()), sent_at=time.time() - 3600),
        "early": lambda: wake_up(stack, str(uuid.uuid4()), sent_at=time.time() + 3600),
    }[kind]()
    answer = gateway.post("/functions/v1/detect", **request)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def ask(gateway: httpx.Client, path: str, token: str, body: object) -> httpx.Response:
    return gateway.post(path, json=body, headers={"authorization": f"Bearer {token}"})


def test_a_question_about_a_recorded_run_tells_the_stored_decision(gateway: httpx.Client, roastery: Roastery) -> None:
    execution_id = roastery.run(roastery.pipeline())
    for path, table in ((PREDICT, "predictions"), (DETECT, "detections")):
        stored = roastery.decided(table, execution_id)
        told = ask(gateway, path, roastery.token, {"execution_id": execution_id}).json()
        assert told["source"] == "stored"
        assert told["id"] == stored["id"]


def test_a_question_about_a_run_that_might_be_is_answered_from_what_was_learned(
    gateway: httpx.Client, roastery: Roastery
) -> None:
    pipeline = roastery.pipeline()
    runs = [roastery.run(pipeline, number) for number in range(30)]
    roastery.decided("detections", runs[-1])
    usual, slow = (
        ask(gateway, DETECT, roastery.token, {"pipeline_id": pipeline["id"], "duration_seconds": seconds}).json()
        for seconds in (610, 9000)
    )
    assert usual["source"] == slow["source"] == "computed"
    assert slow["is_anomaly"] is True
    assert usual["is_anomaly"] is False
    told = ask(gateway, PREDICT, roastery.token, {"pipeline_id": pipeline["id"], "attempt": 2}).json()
    assert told["failure_probability"] < 0.5
    assert 500 < told["expected_duration_seconds"] < 700


def test_what_belongs_to_others_does_not_exist(gateway: httpx.Client, stranger: str, roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    execution_id = roastery.run(pipeline)
    for path in (DETECT, PREDICT):
        for subject in ({"execution_id": execution_id}, {"pipeline_id": pipeline["id"]}):
            assert ask(gateway, path, stranger, subject).status_code == 404


def test_only_a_users_token_may_ask(gateway: httpx.Client, stack: Stack, roastery: Roastery) -> None:
    pipeline = roastery.pipeline()
    engine = engine_token.mint(
        stack.description.jwt_secret, engine="detect", workspace_id=pipeline["workspace_id"], now=time.time()
    )
    expired = engine_token.mint(stack.description.jwt_secret, engine="detect", workspace_id="x", now=0)
    body = {"pipeline_id": pipeline["id"]}
    for token in (engine, expired, "rubbish", stack.description.publishable_key):
        assert ask(gateway, DETECT, token, body).status_code in (401, 403)
    assert gateway.post(DETECT, json=body).status_code == 401


def test_bad_input_is_a_problem_that_names_the_field(gateway: httpx.Client, roastery: Roastery) -> None:
    answer = ask(gateway, DETECT, roastery.token, {"pipeline_id": "not-an-id", "metrics": {"cpu_percent": "hot"}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == {"pipeline_id", "metrics.cpu_percent"}
