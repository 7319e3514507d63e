"""Entry point of `rca`: woken by failures and strange runs, asked at ``POST /api/ai/root-cause/analyze``."""

import functools

import flask

from functions.rca.bootstrap import entry
from shared.entry import Entry
from shared.problem import Response


@functools.cache
def _entry() -> Entry:
    return entry()


def rca(request: flask.Request) -> Response:
    """Answer one HTTP request."""
    return _entry().respond(request)
