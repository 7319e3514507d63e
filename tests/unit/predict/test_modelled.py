"""Which part of a prediction is whose."""

from typing import Any

import pytest

from functions.predict.handler import PredictJudge
from shared.claim import STARTED
from shared.errors import ModelFault
from shared.features import FEATURES
from shared.judgement import Judgement, Knowledge
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState
from shared.stage_features import NAMES, STAGE_FEATURES
from tests.unit.shared.models import Says, in_production
from tests.unit.shared.orders import run

STAGES = [
    {"name": "extract", "order_index": 0, "dependencies": [], "is_critical": True},
    {"name": "roast", "order_index": 1, "dependencies": ["extract"], "is_critical": True},
]
PIPELINE = {"owner_id": "ada", "stages": STAGES, "timeout_seconds": 720, "config": {}, "etag": None}
PLACE = NAMES.index("stage_place")


def judged(phase: str = STARTED, *, runs: int = 20, ended: tuple[str, ...] = (), **models: Any) -> Judgement:
    state = PipelineState()
    for number in range(runs):
        stages = [{"stage_name": stage["name"], "status": "completed"} for stage in STAGES]
        state.update(run(number, minutes=10 + number % 3, stages=stages))
    stages = [{"stage_name": name, "status": "completed"} for name in ended]
    served = in_production(dict(PredictJudge.inputs), **models)
    knowledge = Knowledge(PIPELINE, state, OutcomeHistory(), OutcomeHistory(), served)
    return PredictJudge().judge(phase, run(runs, status="running", stages=stages), knowledge)


def test_models_that_serve_answer_and_sign_their_part() -> None:
    row = judged(duration=Says(lambda row: [3.0] * 7), stage_risk=Says(lambda row: [0.1 + 0.5 * row[PLACE]])).row
    heuristic = judged().row
    assert row["expected_duration_seconds"] > heuristic["expected_duration_seconds"]
    assert row["timeout_probability"] != heuristic["timeout_probability"]
    assert [risk["failure_probability"] for risk in row["stage_risks"]] == pytest.approx([0.1, 0.6])
    assert row["evidence"]["duration"] == {"model_version": "duration:abc", "fault": None}
    assert row["evidence"]["stage_risk"] == {"model_version": "stage_risk:abc", "fault": None}
    assert row["model"] == "heuristic", "who said how likely the run is to fail is another matter"


def test_without_models_the_heuristics_answer() -> None:
    assert judged().row["evidence"]["duration"] == {"model_version": "heuristic:1", "fault": None}
    assert judged().row["evidence"]["stage_risk"] == {"model_version": "heuristic:1", "fault": None}


def test_a_model_at_fault_says_so_and_takes_nothing_with_it() -> None:
    broken = judged(duration=ModelFault("the model's sha256 differs"), stage_risk=Says(lambda row: [float("nan")])).row
    heuristic = judged().row
    assert broken["evidence"]["duration"] == {"model_version": "heuristic:1", "fault": "the model's sha256 differs"}
    assert broken["evidence"]["stage_risk"]["fault"] == "the model answered with a number that is not finite"
    for name in ("stage_risks", "expected_duration_seconds", "timeout_probability", "failure_probability"):
        assert broken[name] == heuristic[name]


def test_what_was_known_of_each_stage_is_recorded_at_the_start_alone() -> None:
    at_start = judged()
    assert list(at_start.stage_features) == ["extract", "roast"]
    assert {len(values) for values in at_start.stage_features.values()} == {len(STAGE_FEATURES)}
    assert len(at_start.features) == len(FEATURES)
    assert judged("stage:extract", ended=("extract",)).stage_features == {}


def test_in_flight_the_remaining_stages_keep_their_part_of_the_runs_risk() -> None:
    says = Says(lambda row: [0.1 + 0.5 * row[PLACE]])
    before = judged(stage_risk=says).row["failure_probability"]
    after = judged("stage:extract", ended=("extract",), stage_risk=says).row
    assert [risk["stage"] for risk in after["stage_risks"]] == ["roast"]
    assert 0.0 < after["failure_probability"] < before
