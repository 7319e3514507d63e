"""One HTTP function: health, wake-ups and direct questions; everything it can refuse, it refuses in words."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import flask

from shared import logs, webhook
from shared.errors import DataApiError, Refused
from shared.problem import Response, of_refusal, problem
from shared.requests import MAX_BODY_BYTES, workspace_of

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
        """Answer a request; never raises, and never says more about a fault of ours than that there is one."""
        try:
            return self._route(request)
        except Refused as refusal:
            return of_refusal(refusal)
        except DataApiError as error:
            logs.error(str(error), action="answer_503", engine=self.engine, code=error.code)
            return problem(503, "Try again", "The Data API did not answer as it should; nothing was lost, try again.")
        # The last line of defence: functions-framework would send the text of the exception to the caller.
        except Exception as error:  # noqa: BLE001
            logs.error(f"{type(error).__name__}: {error}", action="answer_500", engine=self.engine)
            return problem(500, "Our fault", "The function failed; nothing was half-written. Its log says why.")

    def _route(self, request: flask.Request) -> Response:
        if request.method == "GET" and request.path.rstrip("/").endswith("/healthz"):
            return json.dumps({"status": "ok", "engine": self.engine}), 200, _JSON
        if request.method != "POST":
            raise Refused(405, "Method not allowed", "send POST, or GET …/healthz")
        body = _bounded_body(request)
        if "webhook-signature" in request.headers:
            webhook.verify(
                self.webhook_secrets, headers=dict(request.headers.items(lower=True)), body=body, now=self.now()
            )
            return json.dumps(asdict(self.wake(workspace_of(body, engine=self.engine)))), 200, _JSON
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(
                401,
                "Who are you?",
                "send Authorization: Bearer with your Supabase token, or sign the wake-up (Standard Webhooks)",
            )
        return json.dumps(self.answer(body, token)), 200, _JSON


def _bounded_body(request: flask.Request) -> bytes:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _too_large()
    body: bytes = request.stream.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise _too_large()
    return body


def _too_large() -> Refused:
    return Refused(413, "Too large", f"send at most {MAX_BODY_BYTES:,} bytes")
