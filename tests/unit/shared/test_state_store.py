import json

from shared.errors import CacheUnavailable
from shared.execution import Execution
from shared.pipeline_state import PipelineState
from shared.state_store import StateStore

from .claims import row


class Cache:
    """A cache that holds what it is given, or is away."""

    def __init__(self, texts: dict[str, str], *, away: bool = False) -> None:
        self.texts, self.away = texts, away

    def read(self, etags):
        if self.away:
            raise CacheUnavailable("Redis is on holiday")
        return {pipeline: self.texts[pipeline] for pipeline in etags if pipeline in self.texts}

    def write(self, states):
        if self.away:
            raise CacheUnavailable("Redis is on holiday")
        self.texts.update(states)


def text_after(runs: int) -> str:
    state = PipelineState()
    for number in range(runs):
        state.update(Execution.from_row({**row(f"run-{number}", "roast"), "owner_id": "ada"}))
    return json.dumps(state.to_json())


def postgres(texts: dict[str, str], asked: list[str]):
    def read_states(pipeline_ids):
        asked.extend(pipeline_ids)
        return {pipeline: {"etag": "e", "state": texts[pipeline]} for pipeline in pipeline_ids if pipeline in texts}

    return read_states


def test_what_the_cache_holds_is_not_asked_of_postgres() -> None:
    asked: list[str] = []
    store = StateStore(Cache({"roast": text_after(3)}))
    states = store.load({"roast": "e", "brew": "e", "new": None}, postgres({"brew": text_after(2)}, asked))
    assert {pipeline: state.runs for pipeline, state in states.items()} == {"roast": 3, "brew": 2, "new": 0}
    assert asked == ["brew"]


def test_a_cache_that_is_away_costs_one_question_to_postgres() -> None:
    asked: list[str] = []
    store = StateStore(Cache({}, away=True))
    states = store.load({"roast": "e"}, postgres({"roast": text_after(3)}, asked))
    assert states["roast"].runs == 3
    store.remember([("roast", "text")])


def test_a_state_that_cannot_be_read_begins_anew() -> None:
    for text in ("", "null", "{", '{"version": 99}', '{"version": 1}', "[" * 100_000):
        states = StateStore(Cache({"roast": text})).load({"roast": "e"}, postgres({}, []))
        assert states["roast"].runs == 0
