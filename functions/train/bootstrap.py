"""Chooses the real services and puts the trainer together from them."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from functions.train.artifact_store import ArtifactStore
from functions.train.tasks import Tasks
from shared import logs
from shared.config import Config
from shared.data_api import DataApi
from shared.engine_calls import EngineCalls
from shared.entry import Entry
from shared.errors import Refused
from shared.model_store import ModelStore

if TYPE_CHECKING:
    from functions.train.handler import Report

ENGINE = "train"
# A wake-up begins no task after this; the one it is at may take as long as the function's own timeout.
BUDGET_SECONDS = 300.0


def entry() -> Entry:
    """The trainer behind HTTP, standing on the services that the environment names."""
    config = Config.from_environment()
    logs.start(config.log_level)
    data_api = DataApi(config)
    artifacts, models = ArtifactStore(config), ModelStore(config)

    def wake(workspace_id: str) -> "Report":
        # scikit-learn takes a second to import and 100 MB: only a process that trains pays for it.
        from functions.train.handler import Trainer

        trainer = Trainer(artifacts, models, git_revision=config.git_revision, clock=time.monotonic)
        calls = EngineCalls(
            data_api, jwt_secret=config.jwt_secret, engine=ENGINE, workspace_id=workspace_id, now=time.time
        )
        return trainer.run(Tasks(calls), budget_seconds=BUDGET_SECONDS)

    def answer(body: bytes, token: str) -> Mapping[str, object]:
        raise Refused(405, "Method not allowed", "train answers no questions: call the function request_training")

    return Entry(ENGINE, config.webhook_secrets, wake, answer, time.time)
