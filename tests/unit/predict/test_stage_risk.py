import math

import pytest

from functions.predict.stage_risk import stage_risks
from shared.pipeline_state import PipelineState
from tests.unit.shared.orders import run

STAGES = [{"name": "extract"}, {"name": "transform"}, {"name": "load"}]


def learned(*failing: str | None) -> PipelineState:
    """A state after runs in which the named stage failed (None: none did)."""
    state = PipelineState()
    for number, failed in enumerate(failing):
        stages = [
            {"stage_name": stage["name"], "status": "failed" if stage["name"] == failed else "completed"}
            for stage in STAGES
        ]
        state.update(run(number, status="failed" if failed else "completed", stages=stages))
    return state


def test_the_stage_that_fails_is_the_one_at_risk():
    risks = stage_risks(0.3, state=learned(None, "load", None, "load"), stages=STAGES)
    assert [risk.stage for risk in risks] == ["extract", "transform", "load"]
    assert max(risks, key=lambda risk: risk.failure_probability).stage == "load"
    assert risks[2].runs == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize("probability", [0.01, 0.3, 0.8, 0.99])
def test_the_risks_together_are_the_runs(probability):
    risks = stage_risks(probability, state=learned(None, "load", None), stages=STAGES)
    together = 1.0 - math.prod(1.0 - risk.failure_probability for risk in risks)
    assert together == pytest.approx(probability)


def test_stages_that_never_ran_share_the_risk_evenly():
    risks = stage_risks(0.271, state=PipelineState(), stages=STAGES)
    assert [risk.failure_probability for risk in risks] == pytest.approx([0.1, 0.1, 0.1])


def test_stages_that_were_seen_stand_in_for_stages_that_were_not_declared():
    risks = stage_risks(0.3, state=learned(None, "load"), stages=[])
    assert {risk.stage for risk in risks} == {"extract", "transform", "load"}


def test_without_stages_there_is_no_stage_risk():
    assert stage_risks(0.3, state=PipelineState(), stages=[]) == ()
