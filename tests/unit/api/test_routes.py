import json

import pytest

from functions.api.routes import call_for, window_of
from shared.errors import Refused

PIPELINE = "5b0f2f0e-9d6b-4c55-8a39-0d6a4f0f8d11"


def asked(method: str, path: str, body: object = None, **query: str):
    return call_for(method, path, query=query, body=b"" if body is None else json.dumps(body).encode())


def test_events_go_to_the_database_as_they_are() -> None:
    events = {"executions": [{"id": PIPELINE, "status": "failed", "whatever": [1]}]}
    call = asked("POST", "/api/monitoring/ingest", events)
    assert (call.function, call.arguments) == ("ingest", {"payload": events})


def test_a_snapshot_is_of_the_last_day_unless_asked_otherwise() -> None:
    path = f"/api/monitoring/{PIPELINE}/snapshot"
    assert asked("GET", path).arguments == {"of_pipeline": PIPELINE, "time_window": "24 hours"}
    assert asked("GET", path + "/", window="30m").arguments["time_window"] == "30 minutes"
    assert PIPELINE in asked("GET", path).subject


@pytest.mark.parametrize(("text", "words"), [("1m", "1 minutes"), ("24h", "24 hours"), ("366d", "366 days")])
def test_windows_are_said_in_the_databases_words(text: str, words: str) -> None:
    assert window_of(text) == words


@pytest.mark.parametrize("text", ["", "h", "0h", "1.5h", "-1h", "1 h", "1w", "1h\n", "9" * 50 + "d", "\uff11h"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="window"):
        window_of(text)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/monitoring/ingest", 405),
        ("POST", f"/api/monitoring/{PIPELINE}/snapshot", 405),
        ("GET", "/api/monitoring/../pipelines/snapshot", 404),
        ("GET", "/", 404),
    ],
)
def test_paths_and_methods_that_are_none_of_ours_are_refused(method: str, path: str, status: int) -> None:
    with pytest.raises(Refused) as refusal:
        asked(method, path)
    assert refusal.value.status == status
