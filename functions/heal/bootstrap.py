"""Chooses the real services and puts `heal` together from them."""

import time
from collections.abc import Mapping
from typing import Any

from functions.heal.actuators.airflow import Airflow
from functions.heal.actuators.github import GitHub
from functions.heal.actuators.hosts import Hosts
from functions.heal.actuators.http import Http
from functions.heal.actuators.port import Actuator
from functions.heal.actuators.signed_webhook import SignedWebhook
from functions.heal.handler import Healer
from functions.heal.orders import Orders
from functions.heal.question import PlanQuestion, answer
from shared import logs
from shared.config import Config, HealingConfig
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
    healing = HealingConfig.from_environment()
    http = Http(Hosts(healing.hosts, healing.private_hosts))
    actuators: Mapping[str, Actuator] = {
        "webhook": SignedWebhook(http, now=time.time),
        "airflow": Airflow(http),
        "github": GitHub(http),
    }

    def wake(workspace_id: str) -> Report:
        calls = EngineCalls(
            data_api, jwt_secret=config.jwt_secret, engine=Healer.engine, workspace_id=workspace_id, now=time.time
        )
        drain = Drain(Healer(calls, Orders(calls, actuators, healing.secrets)), clock=time.monotonic, nap=time.sleep)
        return drain.run(Queue(calls), budget_seconds=BUDGET_SECONDS)

    def reply(body: bytes, token: str) -> Mapping[str, Any]:
        return answer(parse(PlanQuestion, body), calls=data_api, token=token)

    return Entry(Healer.engine, config.webhook_secrets, wake, reply, time.time)
