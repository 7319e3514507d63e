"""One HTTP function: health, wake-ups and direct questions; everything it can refuse, it refuses in words."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import flask

from shared import webhook
from shared.errors import Refused
from shared.problem import Response, guarded
from shared.requests import body_of, token_of, workspace_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An engine behind HTTP.

    ``wake`` works a workspace's queue off and reports; ``answer`` takes the body of a direct question and the caller's
    token.
    """

    engine: str
    webhook_secrets: tuple[str, ...]
    wake: Callable[[str], "DataclassInstance"]
    answer: Callable[[bytes, str], Mapping[str, Any]]
    now: Callable[[], float]

    def respond(self, request: flask.Request) -> Response:
        """Answer a request; never raises."""
        return guarded(self.engine, lambda: self._route(request))

    def _route(self, request: flask.Request) -> Response:
        if request.method == "GET" and request.path.rstrip("/").endswith("/healthz"):
            return json.dumps({"status": "ok", "engine": self.engine}), 200, _JSON
        if request.method != "POST":
            raise Refused(405, "Method not allowed", "send POST, or GET …/healthz")
        body = body_of(request)
        if "webhook-signature" in request.headers:
            webhook.verify(
                self.webhook_secrets, headers=dict(request.headers.items(lower=True)), body=body, now=self.now()
            )
            return json.dumps(asdict(self.wake(workspace_of(body, engine=self.engine)))), 200, _JSON
        token = token_of(request, otherwise=", or sign the wake-up (Standard Webhooks)")
        return json.dumps(self.answer(body, token)), 200, _JSON
