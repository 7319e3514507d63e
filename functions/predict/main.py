"""Entry point of `predict`: woken when executions start, asked at ``POST /api/ai/prediction/predict``."""

import functools

import flask

from functions.predict.handler import PredictJudge
from shared.bootstrap import entry
from shared.claim import STARTED
from shared.entry import Entry
from shared.problem import Response
from shared.question import Question


@functools.cache
def _entry() -> Entry:
    return entry(PredictJudge(), question=Question, phase=STARTED)


def predict(request: flask.Request) -> Response:
    """Answer one HTTP request."""
    return _entry().respond(request)
