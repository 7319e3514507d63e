"""Entry point of `detect`: woken when executions end, asked at ``POST /api/ai/anomaly/detect``."""

import functools
from datetime import UTC, datetime

import flask

from functions.detect.handler import DetectJudge
from functions.detect.lateness_tasks import LatenessTasks
from functions.detect.question import EndedRun
from functions.detect.watch import Report, Watch
from shared.bootstrap import entry
from shared.claim import ENDED
from shared.engine_calls import EngineCalls
from shared.entry import Entry
from shared.problem import Response


@functools.cache
def _entry() -> Entry:
    return entry(DetectJudge(), question=EndedRun, phase=ENDED, afterwards=_look_at_schedules)


def _look_at_schedules(calls: EngineCalls) -> Report:
    return Watch(now=lambda: datetime.now(UTC)).run(LatenessTasks(calls))


def detect(request: flask.Request) -> Response:
    """Answer one HTTP request."""
    return _entry().respond(request)
