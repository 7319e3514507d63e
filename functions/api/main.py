"""Entry point of `api`: the public routes that are no engine's, such as ``POST /api/monitoring/ingest``."""

import functools

import flask

from functions.api.handler import Api
from shared import logs
from shared.config import Config
from shared.data_api import DataApi
from shared.problem import Response


@functools.cache
def _api() -> Api:
    config = Config.from_environment()
    logs.start(config.log_level)
    return Api(DataApi(config))


def api(request: flask.Request) -> Response:
    """Answer one HTTP request."""
    return _api().respond(request)
