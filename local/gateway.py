"""Every function behind one port: what Cloud Run's load balancer does for the hosted functions."""

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import functions_framework
from werkzeug.test import create_environ, run_wsgi_app

FUNCTIONS = Path(__file__).parent.parent / "functions"
PREFIX = "/functions/v1/"
ALIASES = {
    "/api/ai/anomaly/detect": "detect",
    "/api/ai/prediction/predict": "predict",
    "/api/ai/root-cause/analyze": "rca",
    "/api/ai/self-healing/plan": "heal",
}
API, API_PREFIX = "api", "/api/"

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Gateway:
    """A WSGI application that hands each request to the function its path names.

    `/functions/v1/<engine>/rest` reaches the function as `/rest`; a path of the public API reaches it as it is.
    """

    def __init__(self, functions: Mapping[str, WsgiApp]) -> None:
        self._functions = functions

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if path == "/healthz":
            return self._health(start_response)
        if path in ALIASES and ALIASES[path] in self._functions:
            return self._functions[ALIASES[path]](environ, start_response)
        if path.startswith(API_PREFIX) and API in self._functions:
            return self._functions[API](environ, start_response)
        engine, _, rest = path.removeprefix(PREFIX).partition("/")
        if path.startswith(PREFIX) and engine in self._functions:
            mounted = {
                **environ,
                "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + PREFIX + engine,
                "PATH_INFO": "/" + rest,
            }
            return self._functions[engine](mounted, start_response)
        problem = {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": f"Nothing is served at {path!r}. Functions: {', '.join(sorted(self._functions)) or 'none'}.",
        }
        return _json(start_response, HTTPStatus.NOT_FOUND, problem, content_type="application/problem+json")

    def _health(self, start_response: Any) -> Iterable[bytes]:
        states = {engine: _ask_health(function) for engine, function in self._functions.items()}
        healthy = all(state["status"] == HTTPStatus.OK for state in states.values())
        status = HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE
        return _json(start_response, status, {"healthy": healthy, "functions": states})


def _ask_health(function: WsgiApp) -> dict[str, Any]:
    body, status, _ = run_wsgi_app(function, create_environ("/healthz"), buffered=True)
    text = b"".join(body).decode("utf-8", errors="replace")
    try:
        answer: object = json.loads(text)
    except ValueError:
        answer = text[:200]
    return {"status": int(status.split()[0]), "answer": answer}


def _json(
    start_response: Any, status: HTTPStatus, value: object, *, content_type: str = "application/json"
) -> Iterable[bytes]:
    body = json.dumps(value).encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def load(folder: Path = FUNCTIONS) -> Gateway:
    """The gateway of every engine in the folder that has a `main.py`."""
    return Gateway(
        {
            source.parent.name: functions_framework.create_app(
                target=source.parent.name, source=str(source), signature_type="http"
            )
            for source in sorted(folder.glob("*/main.py"))
        }
    )
