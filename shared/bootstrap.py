"""Chooses the real services and puts an engine together from them; the only place that knows them all."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from shared import logs
from shared.config import Config
from shared.data_api import DataApi
from shared.drain import BUDGET_SECONDS, Drain, Report
from shared.engine_calls import EngineCalls
from shared.entry import Entry
from shared.judgement import Judge
from shared.judging import Judging
from shared.model_store import ModelStore
from shared.question import Question, answer
from shared.queue import Queue
from shared.requests import parse
from shared.state_cache import StateCache
from shared.state_store import StateStore


def entry(
    judge: Judge,
    *,
    question: type[Question],
    phase: str,
    afterwards: Callable[[EngineCalls], object] = lambda calls: None,
) -> Entry:
    """An engine behind HTTP, standing on the services that the environment names.

    ``question`` is what may be asked directly; it is judged as an event of ``phase``. ``afterwards`` is what a wake-up
    leads to besides events.
    """
    config = Config.from_environment()
    logs.start(config.log_level)
    data_api, models = DataApi(config), ModelStore(config)
    judging = Judging(judge, StateStore(StateCache(config, judge.engine)), models)
    drain = Drain(judging, clock=time.monotonic, nap=time.sleep)

    def wake(workspace_id: str) -> Report:
        calls = EngineCalls(
            data_api, jwt_secret=config.jwt_secret, engine=judge.engine, workspace_id=workspace_id, now=time.time
        )
        report = drain.run(Queue(calls), budget_seconds=BUDGET_SECONDS)
        afterwards(calls)
        return report

    def reply(body: bytes, token: str) -> dict[str, object]:
        return answer(
            parse(question, body),
            phase=phase,
            judge=judge,
            calls=data_api,
            models=models,
            token=token,
            now=lambda: datetime.now(UTC),
        )

    return Entry(judge.engine, config.webhook_secrets, wake, reply, time.time)
