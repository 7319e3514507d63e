"""Chooses the real services and puts `rca` together from them."""

import time
from collections.abc import Mapping
from typing import Any

from functions.rca.handler import Explainer
from functions.rca.question import WhyQuestion, answer
from shared import logs
from shared.config import Config
from shared.data_api import DataApi
from shared.drain import BUDGET_SECONDS, Drain, Report
from shared.engine_calls import EngineCalls
from shared.entry import Entry
from shared.queue import Queue
from shared.requests import parse


def entry() -> Entry:
    """The engine behind HTTP, standing on the services that the environment names."""
    config = Config.from_environment()
    logs.start(config.log_level)
    data_api = DataApi(config)

    def wake(workspace_id: str) -> Report:
        calls = EngineCalls(
            data_api, jwt_secret=config.jwt_secret, engine=Explainer.engine, workspace_id=workspace_id, now=time.time
        )
        drain = Drain(Explainer(calls), clock=time.monotonic, nap=time.sleep)
        return drain.run(Queue(calls), budget_seconds=BUDGET_SECONDS)

    def reply(body: bytes, token: str) -> Mapping[str, Any]:
        return answer(parse(WhyQuestion, body), calls=data_api, token=token)

    return Entry(Explainer.engine, config.webhook_secrets, wake, reply, time.time)
