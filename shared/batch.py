"""Working through one claim: score, then learn, event by event, in order."""

import json
from collections.abc import Mapping
from typing import Any

from shared import logs
from shared.claim import ENDED, Claim, Event, execution_of
from shared.histories import Histories
from shared.judgement import Judge, Judgement, Knowledge
from shared.outcome_history import HALF_LIVES_SECONDS
from shared.pipeline_state import PipelineState
from shared.served_models import ServedModels
from shared.stage_features import STAGE_OF_RUN
from shared.state_cache import etag_of


class Batch:
    """Turns a claim into the payload of its completion.

    An event that cannot be decided stops its own pipeline there, because events are taken in order, and no other.
    """

    def __init__(self, claim: Claim, states: Mapping[str, PipelineState], judge: Judge, models: ServedModels) -> None:
        self._claim = claim
        self._states = states
        self._judge = judge
        self._models = models
        self._histories = Histories(claim.workspace_id, claim.histories)
        self._done: list[int] = []
        self._failed: dict[str, dict[str, Any]] = {}
        self._learned: set[str] = set()
        self._rows: list[Mapping[str, Any]] = []
        self._records: list[dict[str, Any]] = []
        self._stage_records: list[dict[str, Any]] = []

    def work(self) -> dict[str, Any]:
        """Decide about every event and return the payload for ``complete_…``."""
        for event in self._claim.events:
            if event.pipeline_id not in self._failed:
                self._take(event)
        learned = sorted(self._learned)
        states = [self._stored_state(pipeline_id) for pipeline_id in learned]
        known = {each: (self._claim.pipelines[each], self._states[each]) for each in learned}
        return {
            "lease": self._claim.lease,
            "done": self._done,
            "failed": list(self._failed.values()),
            "states": states,
            "histories": self._histories.additions(),
            "half_lives_seconds": HALF_LIVES_SECONDS,
            "feature_records": self._records,
            "stage_feature_records": self._stage_records,
            self._judge.table: self._rows,
            **self._judge.conclude(known, now=self._claim.claimed_at),
        }

    def _take(self, event: Event) -> None:
        try:
            self._decide(event)
        # One event must not take the batch with it, whatever is wrong with it; the error goes to its dead letter.
        except Exception as error:  # noqa: BLE001
            message = f"{type(error).__name__}: {error}"[:2000]
            self._failed[event.pipeline_id] = {"event_id": event.id, "error": message}
            logs.error(message, action="put_event_off", event_id=event.id, engine=self._judge.engine)
        else:
            self._done.append(event.id)

    def _decide(self, event: Event) -> None:
        pipeline = self._claim.pipelines[event.pipeline_id]
        execution = execution_of(event.row, pipeline, now=self._claim.claimed_at)
        knowledge = Knowledge(
            pipeline,
            self._states[event.pipeline_id],
            self._histories.owner(execution.owner_id),
            self._histories.workspace(),
            self._models,
        )
        judgement = self._judge.judge(event.phase, execution, knowledge)
        if event.phase == ENDED and knowledge.state.update(
            execution, anomalous=judgement.anomalous, strangeness=judgement.strangeness
        ):
            self._learned.add(event.pipeline_id)
            if execution.failed is not None:
                at = execution.ended_at.timestamp()
                self._histories.update(execution.owner_id, at=at, failed=execution.failed)
        self._note(event, judgement)

    def _note(self, event: Event, judgement: Judgement) -> None:
        subject = {"execution_id": event.row["id"], "pipeline_id": event.pipeline_id}
        if judgement.row is not None:
            self._rows.append({**subject, "phase": event.phase, **judgement.row})
        record = {**subject, "occurred_at": event.row["started_at"] or event.row["created_at"]}
        if judgement.features is not None:
            fingerprint = self._judge.recorded.fingerprint
            self._records.append({**record, "feature_fingerprint": fingerprint, "features": judgement.features})
        if judgement.stage_features:
            fingerprint = STAGE_OF_RUN.fingerprint
            self._stage_records.append(
                {**record, "feature_fingerprint": fingerprint, "stages": judgement.stage_features}
            )

    def _stored_state(self, pipeline_id: str) -> dict[str, Any]:
        text = json.dumps(self._states[pipeline_id].to_json(), separators=(",", ":"))
        return {
            "pipeline_id": pipeline_id,
            "former_etag": self._claim.pipelines[pipeline_id]["etag"],
            "etag": etag_of(text),
            "state": text,
        }
