import base64
import json
import time

import flask
import pytest

from shared import webhook
from shared.drain import Report
from shared.entry import Entry
from shared.errors import DataApiError, Refused
from shared.requests import MAX_BODY_BYTES

SECRET = "whsec_" + base64.b64encode(b"roasted-beans-smell-wonderful").decode()
WORKSPACE = "11111111-1111-4111-8111-111111111111"
WAKE_UP = {"type": "wake_up", "engine": "detect", "workspace_id": WORKSPACE}


class Engine:
    """Writes down whom it was woken for and what it was asked; raises what it is told to."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.fault: Exception | None = None

    def wake(self, workspace_id: str) -> Report:
        self.woken.append(workspace_id)
        if self.fault:
            raise self.fault
        return Report(batches=1, events=2)

    def answer(self, body: bytes, token: str) -> dict[str, str]:
        if self.fault:
            raise self.fault
        return {"asked": body.decode(), "by": token}


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def client(engine: Engine):
    app = flask.Flask("detect")
    entry = Entry("detect", (SECRET,), engine.wake, engine.answer, time.time)
    app.add_url_rule("/", view_func=lambda: entry.respond(flask.request), methods=["GET", "POST", "PUT"])
    app.add_url_rule("/healthz", "healthz", view_func=lambda: entry.respond(flask.request))
    return app.test_client()


def signed(body: object) -> dict:
    data = json.dumps(body).encode()
    now = int(time.time())
    signature = webhook.sign(SECRET, webhook_id="wake_1", timestamp=now, body=data)
    headers = {"webhook-id": "wake_1", "webhook-timestamp": str(now), "webhook-signature": signature}
    return {"data": data, "headers": headers}


def test_health_needs_no_key(client) -> None:
    assert client.get("/healthz").json == {"status": "ok", "engine": "detect"}


def test_a_signed_wake_up_works_the_workspace_off(client, engine: Engine) -> None:
    answer = client.post("/", **signed(WAKE_UP))
    assert answer.json == {"batches": 1, "events": 2, "failed": 0, "lost": 0}
    assert engine.woken == [WORKSPACE]


@pytest.mark.parametrize("row", ["record", "old_record"])
def test_a_signed_database_webhook_is_a_wake_up_for_the_workspace_of_its_row(client, engine: Engine, row: str) -> None:
    body = {"type": "UPDATE", "table": "executions", "schema": "public", "record": None, "old_record": None}
    client.post("/", **signed(body | {row: {"workspace_id": WORKSPACE, "status": "failed; drop table"}}))
    assert engine.woken == [WORKSPACE]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (WAKE_UP | {"engine": "predict"}, "engine"),
        (WAKE_UP | {"workspace_id": "x' or 1=1"}, "workspace_id"),
        ({"type": "INSERT", "table": "executions"}, "record"),
        ({"type": "INSERT", "table": "executions", "record": {}}, "record.workspace_id"),
        ({"type": "TRUNCATE", "table": "executions"}, "type"),
        ([], "body"),
    ],
)
def test_a_signed_body_that_makes_no_sense_is_refused_by_the_name_of_its_field(
    client, engine: Engine, body: object, field: str
) -> None:
    answer = client.post("/", **signed(body))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert field in answer.json["detail"]
    assert engine.woken == []


def test_an_unsigned_database_webhook_wakes_nobody(client, engine: Engine) -> None:
    body = {"type": "INSERT", "table": "executions", "record": {"workspace_id": WORKSPACE}}
    answer = client.post("/", json=body)
    assert answer.status_code == 401
    assert "sign the wake-up" in answer.json["detail"]
    assert engine.woken == []


def test_a_question_is_put_with_the_callers_own_token(client) -> None:
    answer = client.post("/", data="{}", headers={"authorization": "Bearer adas-token"})
    assert answer.json == {"asked": "{}", "by": "adas-token"}


def test_too_much_is_refused(client) -> None:
    answer = client.post("/", data=b" " * (MAX_BODY_BYTES + 1), headers={"authorization": "Bearer t"})
    assert answer.status_code == 413


def test_another_verb_is_refused(client) -> None:
    assert client.put("/").status_code == 405


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Refused(404, "Not found", "there is no such run"), 404),
        (DataApiError("secret host 10.0.0.1 did not answer"), 503),
        (ZeroDivisionError("secret detail"), 500),
    ],
)
def test_a_fault_is_a_problem_that_gives_nothing_away(client, engine: Engine, fault: Exception, status: int) -> None:
    engine.fault = fault
    answer = client.post("/", data="{}", headers={"authorization": "Bearer t"})
    assert answer.status_code == status
    assert answer.json["status"] == status
    assert "secret" not in answer.text
