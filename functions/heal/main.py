"""Entry point of `heal`: woken by causes, outcomes and approvals, asked at ``POST /api/ai/self-healing/plan``."""

import functools

import flask

from functions.heal.bootstrap import entry
from shared.entry import Entry
from shared.problem import Response


@functools.cache
def _entry() -> Entry:
    return entry()


def heal(request: flask.Request) -> Response:
    """Answer one HTTP request."""
    return _entry().respond(request)
