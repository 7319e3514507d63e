import json
from collections.abc import Mapping
from datetime import datetime

import pytest

from shared.batch import Batch
from shared.claim import STARTED
from shared.execution import Execution
from shared.judgement import Judgement, Knowledge
from shared.model_input import START_OF_RUN
from shared.pipeline_state import PipelineState
from shared.served_models import ServedModels
from shared.stage_features import STAGE_OF_RUN
from shared.state_cache import etag_of

from .claims import claim, ended


class Clerk:
    """Writes down how many runs were known at each judgement; cannot judge a run that says 'poison'."""

    engine, table, inputs, recorded = "clerk", "notes", {}, START_OF_RUN

    def conclude(self, learned: Mapping[str, object], *, now: datetime) -> Mapping[str, object]:
        return {}

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        if execution.error_message == "poison":
            raise ValueError("cannot read this run")
        workspace_runs = round(knowledge.workspace.runs[-1], 3)
        return Judgement({"known": knowledge.state.runs, "in_workspace": workspace_runs}, [0.5])


def work(*events):
    pipelines = {pipeline for _, pipeline, _ in events}
    states = {pipeline: PipelineState() for pipeline in pipelines}
    return Batch(claim(*events), states, Clerk(), ServedModels({}, {}, {}, None)).work()


def test_a_run_is_scored_before_it_is_learned() -> None:
    payload = work(ended("roast"), ended("roast"), (STARTED, "roast", {}))
    assert [note["known"] for note in payload["notes"]] == [0, 1, 2]
    assert payload["done"] == [1, 2, 3]


def test_pipelines_of_a_batch_share_the_history_of_their_workspace() -> None:
    payload = work(ended("roast"), ended("grind", status="failed"), (STARTED, "brew", {}))
    assert [note["in_workspace"] for note in payload["notes"]] == [0, 1, 2]
    added = {history["scope"]: history for history in payload["histories"]}
    assert added["workspace"]["runs"] == [2, 2, 2]
    assert added["owner"]["failures"] == [1, 1, 1]


def test_a_cancelled_run_counts_for_nobody() -> None:
    assert work(ended("roast", status="cancelled"))["histories"] == []


def test_only_what_was_learned_is_stored_with_the_etag_of_its_text() -> None:
    payload = work(ended("roast"), (STARTED, "brew", {}))
    (state,) = payload["states"]
    assert state["pipeline_id"] == "roast"
    assert state["former_etag"] is None
    assert state["etag"] == etag_of(state["state"])
    assert PipelineState.from_json(json.loads(state["state"])).runs == 1


def test_a_run_from_the_far_future_does_not_make_all_before_it_old() -> None:
    far = {"started_at": "2099-01-01T00:00:00+00:00", "completed_at": "2099-01-01T00:10:00+00:00"}
    payload = work(ended("roast"), ended("brew", **far), ended("grind"))
    (workspace,) = (history for history in payload["histories"] if history["scope"] == "workspace")
    assert workspace["as_of"] == "2026-11-01T06:10:00+00:00"
    assert workspace["runs"][-1] == pytest.approx(3, abs=0.01)


def test_an_event_that_cannot_be_judged_stops_its_own_pipeline_and_no_other() -> None:
    payload = work(ended("roast"), ended("roast", error_message="poison"), ended("roast"), ended("brew"))
    assert payload["done"] == [1, 4]
    assert payload["failed"] == [{"event_id": 2, "error": "ValueError: cannot read this run"}]


def test_a_row_that_is_no_run_is_a_failed_event() -> None:
    payload = work(ended("roast", started_at=None, completed_at=None, created_at="yesterday"))
    assert payload["done"] == []
    assert "no readable" in payload["failed"][0]["error"]


class Foreman(Clerk):
    """Knows something of each stage of a run that starts."""

    def judge(self, phase: str, execution: Execution, knowledge: Knowledge) -> Judgement:
        return Judgement(features=[0.5], stage_features={"roast": [0.1]} if phase == STARTED else {})


def test_what_is_known_of_stages_is_recorded_beside_what_is_known_of_the_run() -> None:
    states = {"roast": PipelineState()}
    events = claim(ended("roast"), (STARTED, "roast", {}))
    payload = Batch(events, states, Foreman(), ServedModels({}, {}, {}, None)).work()
    (record,) = payload["stage_feature_records"]
    of_run = payload["feature_records"][-1]
    assert record["stages"] == {"roast": [0.1]}
    assert record["feature_fingerprint"] == STAGE_OF_RUN.fingerprint != of_run["feature_fingerprint"]
    for name in ("execution_id", "pipeline_id", "occurred_at"):
        assert record[name] == of_run[name]
