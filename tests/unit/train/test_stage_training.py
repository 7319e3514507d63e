"""Models of the stages of runs."""

import numpy as np
import pytest

from functions.train.candidate import Candidate, make_candidate
from functions.train.failure_model import TooLittleDataError
from functions.train.recipes import RECIPES, Order
from functions.train.stage_rows import stage_rows
from functions.train.subject import STAGES
from functions.train.window import Window
from shared.features import FEATURES
from shared.model_store import OnnxModel
from shared.stage_features import NAMES, STAGE_OF_RUN

PLACE = NAMES.index("stage_place")
BASE = np.zeros(len(NAMES) - len(FEATURES))


def pages(runs: int = 500, *, seed: int = 4) -> list[list[list[object]]]:
    """Runs of three stages, of which the last fails in one run of three, and the others hardly ever."""
    random, rows = np.random.default_rng(seed), []
    for number in range(runs):
        stages = []
        for place, name in enumerate(("extract", "roast", "label")):
            known = np.round(random.random(len(BASE)), 3)
            known[PLACE - len(FEATURES)] = place / 2
            failed = int(random.random() < (1 / 3 if name == "label" else 0.02))
            stages.append([name, failed, known.tolist()])
        any_failed = int(any(failed for _, failed, _ in stages))
        features = np.round(random.random(len(FEATURES)), 3).tolist()
        rows.append(
            [f"run-{number}", 600.0 * number, 600.0 * number + 300.0, any_failed, 300.0, "tea", features, stages]
        )
    return [rows[:200], rows[200:]]


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    return RECIPES["stage_risk"].make(pages(), Order("stage_risk", "abc"))


def test_a_row_is_a_stage_with_the_features_of_its_run_before_its_own() -> None:
    data, given = stage_rows(pages()), pages()[0][0]
    assert data.features.shape == (1500, len(NAMES))
    assert data.features[1].tolist() == pytest.approx([*given[6], *given[7][1][2]], abs=1e-6)
    assert [data.failed[1], data.started_at[1], data.ended_at[1], data.pipeline[1]] == [
        given[7][1][1],
        0.0,
        300.0,
        "tea",
    ]


def test_runs_without_ended_stages_are_no_rows() -> None:
    bare = [[*row[:7], []] for row in pages()[0]]
    assert len(stage_rows([bare])) == 0
    with pytest.raises(TooLittleDataError, match="no ended stages of runs"):
        RECIPES["stage_risk"].make([bare], Order("stage_risk", "abc"))
    with pytest.raises(TooLittleDataError, match="more ended stages of runs are needed"):
        RECIPES["stage_risk"].make([pages()[0][:50]], Order("stage_risk", "abc"))


def test_a_stage_weighs_what_its_run_weighs() -> None:
    data = stage_rows(pages(), window=Window(0.0, 1e9, 0.5))
    by_run = {started: data.weight[data.started_at == started] for started in np.unique(data.started_at)}
    assert {weight for weights in by_run.values() for weight in weights.tolist()} == {1.0, 2.0}
    assert all(len(set(weights.tolist())) == 1 and len(weights) == 3 for weights in by_run.values())


def test_the_graph_says_which_stage_is_at_risk(candidate: Candidate) -> None:
    graph, rows = OnnxModel(candidate.content, features=len(NAMES)), stage_rows(pages(seed=9)).features[:30]
    risks = np.array([graph.answers(row.tolist())[-1] for row in rows]).reshape(10, 3)
    assert np.all(risks[:, 2] > 2 * risks[:, :2].max(axis=1))
    assert risks[:, 2].mean() == pytest.approx(1 / 3, abs=0.1)


def test_it_is_evaluated_against_the_stages_own_failure_rates(candidate: Candidate) -> None:
    methods = candidate.evaluation.metrics["methods"]
    assert set(methods) == {"candidate", "constant", "stage_failure_rate", "even_share"}
    assert "later stages of runs its Brier score is" in candidate.evaluation.summary
    assert candidate.evaluation.passed


def test_its_manifest_names_the_features_of_runs_and_stages(candidate: Candidate) -> None:
    assert candidate.manifest.features == NAMES
    assert candidate.manifest.feature_fingerprint == STAGE_OF_RUN.fingerprint == STAGES.model_input.fingerprint
    assert make_candidate(stage_rows(pages()), kind="stage_risk", git_revision="abc", subject=STAGES).sha256 == (
        candidate.sha256
    )
