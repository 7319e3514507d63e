import math

import pytest

from shared.features import FEATURES, FINGERPRINT
from shared.pipeline_state import PipelineState
from shared.stage_features import MAX_STAGES, NAMES, STAGE_FEATURES, STAGE_OF_RUN, stage_features
from tests.unit.shared.orders import run

STAGES = [
    {"name": "extract", "dependencies": [], "is_critical": True},
    {"name": "roast", "dependencies": ["extract"], "is_critical": True},
    {"name": "label", "dependencies": ["extract", "roast"], "is_critical": False},
]
VECTOR = [0.271] * len(FEATURES)


def learned(*failing: str | None) -> PipelineState:
    state = PipelineState()
    for number, failed in enumerate(failing):
        stages = [
            {"stage_name": stage["name"], "status": "failed" if stage["name"] == failed else "completed"}
            for stage in STAGES
        ]
        state.update(run(number, status="failed" if failed else "completed", stages=stages))
    return state


def named(state: PipelineState, stages: list[dict[str, object]] = STAGES) -> dict[str, dict[str, float]]:
    names = [feature.name for feature in STAGE_FEATURES]
    return {
        stage: dict(zip(names, values, strict=True)) for stage, values in stage_features(state, VECTOR, stages).items()
    }


def test_stages_that_never_ran_share_the_pipelines_rate() -> None:
    known = named(PipelineState())
    assert [stage["stage_failure_rate"] for stage in known.values()] == pytest.approx([0.1] * 3, abs=1e-6)
    assert [stage["earlier_stages_risk"] for stage in known.values()] == pytest.approx([0.0, 0.1, 0.19], abs=1e-6)
    assert [stage["stage_share_of_failures"] for stage in known.values()] == pytest.approx([1 / 3] * 3, abs=1e-6)


def test_a_stage_that_fails_stands_out() -> None:
    known = named(learned(None, "roast", None, "roast"))
    assert known["roast"]["stage_failure_rate"] > 2 * known["label"]["stage_failure_rate"]
    assert known["roast"]["stage_share_of_failures"] > 0.5
    assert known["label"]["earlier_stages_risk"] > known["roast"]["earlier_stages_risk"]
    assert known["roast"]["stage_runs"] == pytest.approx(math.log1p(4), abs=0.05)


def test_what_is_declared_is_told() -> None:
    known = named(PipelineState())
    assert [stage["stage_place"] for stage in known.values()] == [0.0, 0.5, 1.0]
    assert [stage["stage_is_critical"] for stage in known.values()] == [1.0, 1.0, 0.0]
    assert [stage["stage_dependencies"] for stage in known.values()] == pytest.approx(
        [0.0, math.log1p(1), math.log1p(2)], abs=1e-6
    )


def test_stages_that_were_seen_stand_in_for_stages_that_were_not_declared() -> None:
    assert set(named(learned(None), [])) == {"extract", "roast", "label"}
    assert named(PipelineState(), []) == {}


def test_a_name_declared_twice_is_one_stage_and_there_are_at_most_64() -> None:
    assert list(named(PipelineState(), [*STAGES, STAGES[0]])) == ["extract", "roast", "label"]
    assert len(named(PipelineState(), [{"name": f"stage {number}"} for number in range(100)])) == MAX_STAGES


def test_a_model_of_runs_is_not_taken_for_one_of_stages() -> None:
    assert STAGE_OF_RUN.features == len(NAMES) == len(set(NAMES)) == len(FEATURES) + len(STAGE_FEATURES)
    assert STAGE_OF_RUN.fingerprint != FINGERPRINT
