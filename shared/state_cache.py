"""Feature states in Upstash Redis: a copy that is checked against Postgres before it is believed."""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import httpx
from upstash_redis import Redis
from upstash_redis.errors import UpstashError

from shared.config import Config
from shared.errors import CacheUnavailable

TIMEOUT_SECONDS = 0.5
KEPT_SECONDS = 7 * 86400
REST_SECONDS = 5.0

T = TypeVar("T")

# What the client raises when something other than Redis answers, besides its own error and the network's.
_FAULTS = (UpstashError, httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError)


def etag_of(state: str) -> str:
    """The etag of a state's text: its sha256 in hexadecimal."""
    return hashlib.sha256(state.encode()).hexdigest()


class StateCache:
    """States by pipeline, one round trip for a batch. After a failure it is left alone for a few seconds."""

    def __init__(self, config: Config, engine: str) -> None:
        self._engine = engine
        self._rests_until = 0.0
        self._redis = Redis(
            config.redis_url, config.redis_token, rest_retries=0, rest_retry_interval=0, allow_telemetry=False
        )
        # The client's own HTTP client waits for ever.
        self._redis._http._client.timeout = httpx.Timeout(TIMEOUT_SECONDS)

    def read(self, etags: Mapping[str, str]) -> dict[str, str]:
        """The states whose text has the etag that Postgres names; stale, corrupt and missing ones are left out.

        Raises:
            CacheUnavailable: Redis did not answer.
        """
        if not etags:
            return {}
        found = self._ask(lambda: self._redis.mget(*map(self._key, etags)))
        return {
            pipeline_id: state
            for (pipeline_id, etag), state in zip(etags.items(), found, strict=True)
            if isinstance(state, str) and etag_of(state) == etag
        }

    def write(self, states: Iterable[tuple[str, str]]) -> None:
        """Keep the states, each (pipeline id, text).

        Raises:
            CacheUnavailable: Redis did not answer.
        """
        pipeline = self._redis.pipeline()
        empty = True
        for pipeline_id, state in states:
            pipeline.set(self._key(pipeline_id), state, ex=KEPT_SECONDS)
            empty = False
        if not empty:
            self._ask(pipeline.exec)

    def _ask(self, question: Callable[[], T]) -> T:
        if time.monotonic() < self._rests_until:
            raise CacheUnavailable("Redis failed a moment ago and is left alone")
        try:
            return question()
        except _FAULTS as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise CacheUnavailable(f"Redis did not answer: {type(error).__name__}") from error

    def _key(self, pipeline_id: str) -> str:
        return f"flexiroaster:state:{self._engine}:{pipeline_id}"
