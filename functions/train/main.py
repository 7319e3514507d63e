"""Entry point of `train`: woken by schedule, by new labels, by drift, and by people who ask for it."""

import functools

import flask

from functions.train.bootstrap import entry
from shared.entry import Entry
from shared.problem import Response


@functools.cache
def _entry() -> Entry:
    return entry()


def train(request: flask.Request) -> Response:
    """Answer one HTTP request."""
    return _entry().respond(request)
