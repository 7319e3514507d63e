"""The feature states of a batch: from Redis where its copy is right, from Postgres otherwise."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from shared import logs
from shared.errors import CacheUnavailable
from shared.pipeline_state import PipelineState, StateError


class Cache(Protocol):
    """Where copies of states are kept. Both verbs may raise `CacheUnavailable`."""

    def read(self, etags: Mapping[str, str]) -> dict[str, str]:
        """The texts whose etag fits."""

    def write(self, states: Iterable[tuple[str, str]]) -> None:
        """Keep (pipeline id, text)."""


ReadStates = Callable[[list[str]], Mapping[str, Mapping[str, Any]]]


class StateStore:
    """Loads the states of a batch in one Redis call, plus one Postgres call when Redis misses any."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def load(self, etags: Mapping[str, str | None], read_states: ReadStates) -> dict[str, PipelineState]:
        """The state of every pipeline of ``etags`` (None: it has none yet and begins empty).

        ``read_states`` asks Postgres for the states of pipelines: ``{id: {"etag", "state"}}``.
        """
        learned = {pipeline_id: etag for pipeline_id, etag in etags.items() if etag is not None}
        try:
            texts = self._cache.read(learned)
        except CacheUnavailable as fault:
            logs.warning(str(fault), action="read_states_from_postgres", pipelines=len(learned))
            texts = {}
        missed = [pipeline_id for pipeline_id in learned if pipeline_id not in texts]
        if missed:
            texts.update((pipeline_id, stored["state"]) for pipeline_id, stored in read_states(missed).items())
        return {pipeline_id: parse_state(pipeline_id, texts.get(pipeline_id)) for pipeline_id in etags}

    def remember(self, states: Iterable[tuple[str, str]]) -> None:
        """Refresh the cache with states that are stored. A cache that is away is not missed: etags tell."""
        try:
            self._cache.write(states)
        except CacheUnavailable as fault:
            logs.warning(str(fault), action="leave_cache_stale")


def parse_state(pipeline_id: str, text: str | None) -> PipelineState:
    """The state of a stored text; an empty one where there is none or it cannot be read."""
    if text is None:
        return PipelineState()
    try:
        return PipelineState.from_json(json.loads(text))
    except (StateError, ValueError, RecursionError) as fault:
        # Learned by other code than this: start over rather than stand still.
        logs.warning(str(fault), action="begin_with_empty_state", pipeline_id=pipeline_id)
        return PipelineState()
