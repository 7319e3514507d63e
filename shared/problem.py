"""Answers to requests that cannot be served, as RFC 9457 problem details."""

import json
from collections.abc import Callable, Mapping

from shared import logs
from shared.errors import DataApiError, Refused

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


def guarded(engine: str, respond: Callable[[], Response]) -> Response:
    """The response, or in words why there is none; never raises, and never says more about a fault of ours than that
    there is one."""
    try:
        return respond()
    except Refused as refusal:
        return of_refusal(refusal)
    except DataApiError as error:
        logs.error(str(error), action="answer_503", engine=engine, code=error.code)
        return problem(503, "Try again", "The Data API did not answer as it should; nothing was lost, try again.")
    # The last line of defence: functions-framework would send the text of the exception to the caller.
    except Exception as error:  # noqa: BLE001
        logs.error(f"{type(error).__name__}: {error}", action="answer_500", engine=engine)
        return problem(500, "Our fault", "The function failed; nothing was half-written. Its log says why.")
