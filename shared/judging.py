"""An engine that learns from what it judges: its states are read before a claim is worked, and remembered after."""

from collections.abc import Collection, Mapping
from typing import Any

from shared.batch import Batch
from shared.claim import Claim
from shared.judgement import Judge
from shared.queue import Queue
from shared.served_model import Store
from shared.served_models import ServedModels
from shared.state_store import StateStore


class Judging:
    """Decides about a claim with a judge, the states of its pipelines and the models that serve."""

    max_events = 400

    def __init__(self, judge: Judge, states: StateStore, models: Store) -> None:
        self.engine = judge.engine
        self.table = judge.table
        self._judge = judge
        self._states = states
        self._models = models

    def decide(self, queue: Queue, claim: Claim) -> Mapping[str, Any]:
        """The payload of the claim's completion."""
        etags = {pipeline_id: pipeline["etag"] for pipeline_id, pipeline in claim.pipelines.items()}
        states = self._states.load(etags, queue.read_states)
        models = ServedModels(self._judge.inputs, claim.models, claim.challengers, self._models)
        return Batch(claim, states, self._judge, models).work()

    def stored(self, payload: Mapping[str, Any], lost: Collection[str]) -> None:
        """Refresh the cache with what was learned."""
        self._states.remember(
            (state["pipeline_id"], state["state"]) for state in payload["states"] if state["pipeline_id"] not in lost
        )
