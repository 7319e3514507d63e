import math

import pytest
from hypothesis import given

from functions.predict.heuristic import failure_probability, predict
from shared.execution import Execution
from shared.features import FEATURES, INDEX
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState
from tests.unit.shared.orders import MONDAY, rubbish_rows, run

PIPELINE = {"config": {}, "timeout_seconds": None, "stages": []}


def prediction_of(state: PipelineState, *, pipeline=PIPELINE, number: int = 100, owner=None, workspace=None, **model):
    execution = run(number).as_started()
    owner, workspace = owner or OutcomeHistory(), workspace or OutcomeHistory()
    vector = state.vector(execution, now=execution.begun_at, owner=owner, workspace=workspace)
    return predict(execution, vector=vector, state=state, pipeline=pipeline, **model)


def learned(outcomes: str, **columns: object) -> PipelineState:
    """A state after runs given as letters: s succeeded, f failed."""
    state = PipelineState()
    for number, letter in enumerate(outcomes):
        state.update(run(number, status="failed" if letter == "f" else "completed", **columns))
    return state


def vector_with(**rates: float) -> list[float]:
    vector = [0.1] * len(FEATURES)
    for name, rate in rates.items():
        vector[INDEX[name]] = rate
    return vector


def test_the_worked_number_of_its_documentation_is_true():
    vector = vector_with(
        workspace_failure_rate_7d=0.1,
        pipeline_failure_rate_3_runs=0.6,
        pipeline_failure_rate_1d=0.4,
        pipeline_failure_rate_7d=0.2,
        owner_failure_rate_1h=0.3,
    )
    assert failure_probability(vector) == pytest.approx(0.29, abs=0.005)


@pytest.mark.parametrize(
    "name",
    ["pipeline_failure_rate_3_runs", "pipeline_failure_rate_1d", "pipeline_failure_rate_7d", "owner_failure_rate_1h"],
)
def test_a_higher_failure_rate_never_lowers_the_probability(name):
    probabilities = [failure_probability(vector_with(**{name: rate})) for rate in (0.0, 0.02, 0.1, 0.5, 0.9, 1.0)]
    assert probabilities == sorted(probabilities)
    assert probabilities[0] < probabilities[-1]


@given(rubbish_rows, rubbish_rows)
def test_a_prediction_is_finite_whatever_the_run_and_its_history(row, earlier):
    state = PipelineState()
    state.update(Execution.from_row(earlier))
    execution = Execution.from_row(row).as_started()
    nothing = OutcomeHistory()
    vector = state.vector(execution, now=execution.begun_at, owner=nothing, workspace=nothing)
    prediction = predict(execution, vector=vector, state=state, pipeline=PIPELINE)
    assert 0.01 <= prediction.failure_probability <= 0.99
    assert prediction.failure_probability + prediction.success_probability == pytest.approx(1.0)
    assert all(math.isfinite(factor.effect) for factor in prediction.factors)


def test_a_new_pipeline_is_learning_and_gets_the_rate_of_its_workspace():
    workspace = OutcomeHistory()
    for number in range(500):
        workspace.update(MONDAY.timestamp(), number % 4 == 0)
    prediction = prediction_of(PipelineState(), number=0, workspace=workspace)
    assert prediction.status == "learning"
    assert prediction.runs_missing == 5
    assert prediction.failure_probability == pytest.approx(0.25, abs=0.01)
    assert prediction.factors == ()


def test_after_five_runs_it_is_no_longer_learning():
    assert prediction_of(learned("ssss")).runs_missing == 1
    assert prediction_of(learned("sssss")).status == "ok"


@pytest.mark.parametrize(
    ("outcomes", "says"),
    [
        ("ssssssfffs", "failed 3 of its last 4 runs"),
        ("ssssssffff", "failed its last 4 runs"),
        ("fffff" + "s" * 20, "succeeded in its last 20 runs"),
    ],
)
def test_factors_speak_plainly_of_the_last_runs(outcomes, says):
    prediction = prediction_of(learned(outcomes), number=len(outcomes))
    assert says in [factor.text for factor in prediction.factors]


def test_a_repeated_error_is_mentioned():
    prediction = prediction_of(learned("sssssfff", error_message="disk 7 is full"), number=8)
    assert "failed its last 3 runs, 3 of them with the same error" in [f.text for f in prediction.factors]


def test_the_owners_bad_hour_is_a_factor_of_a_healthy_pipeline():
    owner, workspace = OutcomeHistory(), OutcomeHistory()
    now = run(20).begun_at.timestamp()
    for number in range(100):
        owner.update(now - 60, True)
        workspace.update(now - 60, number % 10 == 0)
    prediction = prediction_of(learned("s" * 20), number=20, owner=owner, workspace=workspace)
    strongest = prediction.factors[0]
    assert strongest.feature == "owner_failure_rate_1h"
    assert strongest.effect > 0
    assert strongest.text.startswith("97 % of its owner's runs in the last hour or so failed; ")


def test_factors_point_the_way_the_probability_went():
    prediction = prediction_of(learned("s" * 50), number=50)
    assert prediction.failure_probability < 0.1
    assert all(factor.effect < 0 for factor in prediction.factors)


def test_a_models_probability_takes_the_formulas_place():
    prediction = prediction_of(learned("sssss"), model_probability=0.8, model="gradient boosting 7")
    assert prediction.failure_probability == 0.8
    assert prediction.model == "gradient boosting 7"


@pytest.mark.parametrize("broken", [float("nan"), -0.1, 1.5, float("inf"), None])
def test_a_model_that_answers_nonsense_is_not_believed(broken):
    state = learned("sssss")
    assert prediction_of(state, model_probability=broken, model="broken") == prediction_of(state)
