import dataclasses

import numpy as np
import pytest

from functions.predict.modelled_duration import duration_quantiles
from functions.train.boosting_export import quantile_bytes
from functions.train.candidate import Candidate
from functions.train.duration_candidate import make_duration_candidate
from functions.train.duration_evaluation import evaluate_durations
from functions.train.duration_model import DurationModel, fit_duration_model, pinball
from functions.train.duration_rows import DurationRows
from functions.train.failure_model import TooLittleDataError
from functions.train.serving_model import ServingModel
from shared.duration_quantiles import HIGH, LOW, SHARES
from shared.features import FEATURES, FINGERPRINT
from shared.model_store import OnnxModel
from shared.pipeline_state import PipelineState
from tests.unit.shared.models import served
from tests.unit.shared.orders import run
from tests.unit.train.durations import WEEKEND, followed_by, roasts


@pytest.fixture(scope="module")
def rows() -> DurationRows:
    return DurationRows.of(roasts())


@pytest.fixture(scope="module")
def model(rows: DurationRows) -> DurationModel:
    return fit_duration_model(rows)


@pytest.fixture(scope="module")
def well_taught() -> DurationModel:
    return fit_duration_model(DurationRows.of(roasts(4000)))


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    return make_duration_candidate(roasts(), kind="duration", git_revision="abc")


def test_the_interval_holds_four_fifths_of_runs_that_were_not_learned_from(well_taught: DurationModel) -> None:
    later = DurationRows.of(roasts(3000, seed=6))
    said = later.moved(well_taught.spreads(later.features))
    inside = (later.log_seconds >= said[:, LOW]) & (later.log_seconds <= said[:, HIGH])
    assert np.mean(inside) == pytest.approx(0.8, abs=0.04)
    below = [np.mean(later.log_seconds <= said[:, place]) for place in range(len(SHARES))]
    assert below == pytest.approx(SHARES, abs=0.04)


def test_it_knows_what_the_last_runs_do_not(model: DurationModel) -> None:
    later = DurationRows.of(roasts(1000, seed=7))
    said = later.moved(model.spreads(later.features))
    ours = pinball(later.log_seconds, said[:, 3], 0.5).mean()
    assert ours < 0.6 * pinball(later.log_seconds, later.recent[:, 3], 0.5).mean()


def test_too_few_successes_say_how_many_are_missing(rows: DurationRows) -> None:
    with pytest.raises(TooLittleDataError, match="300 more successful runs with a duration are needed"):
        fit_duration_model(rows.rows(np.arange(200)))
    with pytest.raises(TooLittleDataError, match="besides the latest quarter"):
        evaluate_durations(rows.rows(np.arange(600)))
    nothing = dataclasses.replace(roasts(600), duration_seconds=np.full(600, np.nan))
    with pytest.raises(TooLittleDataError, match=r"500 more .* \(0 of 500"):
        make_duration_candidate(nothing, kind="duration", git_revision="abc")


def test_a_candidate_that_knows_more_passes_and_says_so(candidate: Candidate) -> None:
    found = candidate.evaluation
    assert found.passed
    methods = found.metrics["methods"]
    assert methods["candidate"]["pinball"]["high"] < methods["last_successes"]["pinball"]["low"]
    assert "80 % interval" in found.summary
    assert "Not worse" in found.summary
    for figures in methods.values():
        assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in figures.values())


def test_a_candidate_whose_weekends_changed_their_meaning_does_not_pass() -> None:
    changed = followed_by(roasts(1200), roasts(400, weekend=1 / 3, seed=8))
    found = evaluate_durations(DurationRows.of(changed))
    assert not found.passed
    assert "not deployed" in found.summary


def test_a_candidate_must_hold_its_own_against_production(
    rows: DurationRows, model: DurationModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.train.duration_evaluation.fit_duration_model", lambda earlier: model)
    truths = {tuple(features): spreads.tolist() for features, spreads in zip(rows.features, rows.spreads, strict=True)}

    def same(row: list[float]) -> list[float]:
        return model.spreads(np.array([row]))[0].tolist()

    def oracle(row: list[float]) -> list[float]:
        return truths[tuple(np.float32(row))]

    half = evaluate_durations(rows, production=ServingModel("duration:old", rows.started_at[len(rows) // 2], same))
    assert half.passed
    assert "not worse than production" in half.summary
    assert half.metrics["production"]["model_version"] == "duration:old"
    knows_all = evaluate_durations(rows, production=ServingModel("duration:old", rows.started_at[-1], same))
    assert "not compared with production" in knows_all.summary
    assert knows_all.passed
    beaten = evaluate_durations(rows, production=ServingModel("duration:oracle", 0.0, oracle))
    assert not beaten.passed
    assert "worse than production" in beaten.summary


def test_the_graph_serves_what_was_trained(candidate: Candidate, model: DurationModel, rows: DurationRows) -> None:
    graph = OnnxModel(candidate.content, features=len(FEATURES))
    for row in rows.features[:20]:
        assert graph.answers(row.tolist()) == pytest.approx(model.spreads(row[None])[0], abs=1e-5)
    state = PipelineState()
    for number in range(50):
        state.update(run(number, minutes=10 + number % 3))
    weekday, weekend = rows.features[0].tolist(), rows.features[0].tolist()
    weekday[WEEKEND], weekend[WEEKEND] = 0.0, 1.0
    usual, long = (duration_quantiles(served(graph), vector, state=state) for vector in (weekday, weekend))
    assert list(usual) == sorted(usual)
    assert long[3] > usual[3] > 0.0


def test_the_same_runs_give_the_same_bytes(candidate: Candidate, model: DurationModel) -> None:
    content = quantile_bytes(model.boosters, features=len(FEATURES), shifts=model.shifts)
    assert candidate.content == content, "both are fitted on the same runs"
    assert candidate.manifest.feature_fingerprint == FINGERPRINT
    assert candidate.manifest.training.rows == model.rows
    assert set(candidate.manifest.metrics) == {"pinball", "coverage_80", "absolute_log_error"}
