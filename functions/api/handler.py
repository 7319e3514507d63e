"""One use case: answer a request with a database function, under the caller's own token."""

import json
from typing import Any

import flask

from functions.api.routes import call_for
from shared.calls import Calls
from shared.errors import DataApiError, Refused
from shared.problem import Response, guarded
from shared.refusals import refusal_of
from shared.requests import body_of, token_of

MAX_BODY_BYTES = 8_000_000
_JSON = {"content-type": "application/json"}


class Api:
    """The public routes behind HTTP. Holds no right of its own: row-level security decides as for the caller."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def respond(self, request: flask.Request) -> Response:
        """Answer a request; never raises."""
        return guarded("api", lambda: (json.dumps(self._answer(request)), 200, _JSON))

    def _answer(self, request: flask.Request) -> Any:
        if request.method == "GET" and request.path.rstrip("/").endswith("/healthz"):
            return {"status": "ok", "engine": "api"}
        body = body_of(request, at_most=MAX_BODY_BYTES)
        call = call_for(request.method, request.path, query=request.args, body=body)
        token = token_of(request)
        try:
            answer = self._calls.call(call.function, call.arguments, token=token)
        except DataApiError as error:
            raise refusal_of(error) or error from error
        if answer is None:
            raise Refused(404, "Not found", f"there is no {call.subject} in your workspaces")
        return answer
