"""Answers to bad requests, as RFC 9457 problem details."""

import json
from collections.abc import Mapping

from shared.errors import Refused

Response = tuple[str, int, Mapping[str, str]]


def problem(status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    """A problem+json response: what kind of fault, and a sentence that says what to change."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body = json.dumps({**document, "errors": errors} if errors else document)
    headers = {"content-type": "application/problem+json"}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return body, status, headers


def of_refusal(refusal: Refused) -> Response:
    """The response to a request that was refused."""
    return problem(refusal.status, refusal.title, refusal.detail, refusal.errors)
