"""Entry point of `detect`: woken when executions end, asked at ``POST /api/ai/anomaly/detect``."""

import functools

import flask

from functions.detect.handler import DetectJudge
from functions.detect.question import EndedRun
from shared.bootstrap import entry
from shared.claim import ENDED
from shared.entry import Entry
from shared.problem import Response


@functools.cache
def _entry() -> Entry:
    return entry(DetectJudge(), question=EndedRun, phase=ENDED)


def detect(request: flask.Request) -> Response:
    """Answer one HTTP request."""
    return _entry().respond(request)
