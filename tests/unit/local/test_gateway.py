import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from local.gateway import Gateway, load

Echo = Callable[[dict[str, Any], Any], Iterable[bytes]]


def echo(name: str, *, health: int = 200) -> Echo:
    """A function that answers with its name and the paths it sees."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        status = f"{health} WELL" if environ["PATH_INFO"] == "/healthz" else "200 OK"
        start_response(status, [("Content-Type", "application/json")])
        seen = [name, environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["wsgi.input"].read().decode()]
        return [json.dumps(seen).encode()]

    return application


@pytest.fixture
def client() -> Client:
    return Client(Gateway({"detect": echo("detect"), "predict": echo("predict")}))


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/functions/v1/detect", ["detect", "/functions/v1/detect", "/"]),
        ("/functions/v1/detect/", ["detect", "/functions/v1/detect", "/"]),
        ("/functions/v1/predict/healthz", ["predict", "/functions/v1/predict", "/healthz"]),
        ("/api/ai/anomaly/detect", ["detect", "", "/api/ai/anomaly/detect"]),
        ("/api/ai/prediction/predict", ["predict", "", "/api/ai/prediction/predict"]),
    ],
)
def test_a_path_reaches_its_function_without_a_redirect(client: Client, path: str, seen: list[str]):
    answer = client.post(path, data="body")
    assert answer.status_code == 200
    assert answer.json == [*seen, "body"]


@pytest.mark.parametrize(
    "path",
    ["/", "/functions/v1", "/functions/v1/", "/functions/v1/detector", "/functions/v1/../detect", "/api/ai", "/detect"],
)
def test_an_unknown_path_is_a_problem(client: Client, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == 404
    assert "Functions: detect, predict" in answer.json["detail"]


def test_its_health_is_that_of_every_function(client: Client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["healthy"] is True
    assert set(answer.json["functions"]) == {"detect", "predict"}


def test_one_sick_function_makes_it_unhealthy():
    answer = Client(Gateway({"detect": echo("detect"), "predict": echo("predict", health=500)})).get("/healthz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["functions"]["predict"]["status"] == 500


def test_an_engine_without_a_main_file_is_not_served(tmp_path: Path):
    for engine in ("roast", "grind"):
        (tmp_path / engine).mkdir()
    (tmp_path / "roast" / "main.py").write_text("def roast(request):\n    return {'path': request.path}\n")
    client = Client(load(tmp_path))
    assert client.post("/functions/v1/roast").json == {"path": "/"}
    assert client.post("/functions/v1/grind").status_code == 404
