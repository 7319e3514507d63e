"""What an observation of a workspace leads to, from what its models answered."""

import numpy as np
import pytest

from functions.train.observation.drift import reference_document
from shared.features import FEATURES
from tests.unit.train.observation.workspace import HEURISTIC, KIND, Rollout, deployment, runs

NAMES = [feature.name for feature in FEATURES]


@pytest.mark.parametrize(
    ("sure", "steps", "words"),
    [
        (0.9, [("advance", "shadow", 4)], "less that of the heuristic is -0.2400"),
        (0.1, [("withdraw", "shadow", 4)], "less that of the heuristic is +0.5600"),
    ],
)
def test_a_challenger_goes_up_or_leaves_by_its_answers(sure: float, steps: list, words: str) -> None:
    rollout = Rollout([deployment("shadow", "new")], runs(200, answers={HEURISTIC: 0.5, "new": sure}))
    assert rollout.steps() == steps
    [report] = rollout.payload["reports"]
    assert words in report["evidence"]["verdict"]
    assert report["evidence"]["labelled"] == 200
    assert report["evidence"]["real"]["brier"] == pytest.approx((1 - sure) ** 2)
    assert rollout.payload["alerts"] == rollout.payload["train"] == []


def test_answers_from_another_rung_or_before_production_changed_do_not_count() -> None:
    answers = runs(200, answers={HEURISTIC: 0.5, "new": 0.9}, at=0.0)
    rollout = Rollout([deployment("shadow", "new", since=150.0)], answers)
    assert rollout.steps() == []
    assert rollout.payload["reports"][0]["evidence"]["verdict"] == "needs 150 more labelled runs"


def test_a_canary_goes_into_production_once_it_has_served() -> None:
    stored = runs(195, served_by="old", answers={"old": 0.6, HEURISTIC: 0.5, "new": 0.9})
    served = runs(20, served_by="new", answers={"old": 0.6, HEURISTIC: 0.5, "new": 0.9}, at=500.0)
    places = [deployment("canary", "new"), deployment("production", "old")]
    rollout = Rollout(places, stored + served[:5])
    assert rollout.steps() == []
    assert rollout.payload["reports"][0]["evidence"]["verdict"] == "needs 5 more labelled runs that it served itself"
    rollout = Rollout(places, stored + served)
    assert rollout.steps() == [("advance", "canary", 5)]
    assert rollout.payload["steps"][0]["next_generation"] == 6


def test_who_beats_a_bad_production_but_not_the_heuristic_is_not_let_in() -> None:
    answers = {"old": 0.45, HEURISTIC: 0.9, "new": 0.6}
    rollout = Rollout(
        [deployment("production", "old", pinned=True), deployment("shadow", "new")],
        runs(200, served_by="old", answers=answers),
    )
    assert rollout.steps() == []
    rollout = Rollout([deployment("shadow", "new")], runs(200, answers={HEURISTIC: 0.9, "new": 0.6}))
    assert rollout.steps() == [("withdraw", "shadow", 4)]


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([deployment("production", "old", pinned=True)], "a person has pinned production"),
        ([deployment("canary", "other"), deployment("production", "old")], "waits until the canary has left"),
    ],
)
def test_who_passed_waits_for_a_person_or_a_free_rung(places: list, words: str) -> None:
    answers = {"old": 0.6, HEURISTIC: 0.6, "new": 0.9}
    rollout = Rollout([*places, deployment("shadow", "new")], runs(200, served_by="old", answers=answers))
    assert [step for step in rollout.steps() if step[1] == "shadow"] == []
    assert words in rollout.payload["reports"][-1]["evidence"]["verdict"]


def test_a_bad_production_model_is_rolled_back_with_an_alert_and_training() -> None:
    answers = runs(100, served_by="old", answers={"old": 0.1, HEURISTIC: 0.7, "new": 0.9})
    rollout = Rollout([deployment("production", "old"), deployment("shadow", "new")], answers)
    assert rollout.steps() == [("roll_back", "production", 6)]
    [alert] = rollout.payload["alerts"]
    assert alert["title"] == "tides:old became worse in production"
    assert "The heuristic answers again, and training was asked for" in alert["message"]
    assert rollout.payload["train"] == [{"kind": KIND, "reason": "tides:old became worse in production"}]
    assert rollout.payload["reports"][1]["evidence"]["verdict"] == "waits: production is being rolled back"


def test_a_pinned_bad_model_stays_and_training_is_asked_for_once() -> None:
    answers = runs(100, served_by="old", answers={"old": 0.1, HEURISTIC: 0.7})
    for was_drifted, trainings in ((False, 1), (True, 0)):
        rollout = Rollout([deployment("production", "old", pinned=True, was_drifted=was_drifted)], answers)
        assert rollout.steps() == []
        assert len(rollout.payload["alerts"]) == 1
        assert len(rollout.payload["train"]) == trainings


def test_a_good_production_model_stays_and_says_what_it_is_worth() -> None:
    answers = runs(100, served_by="old", answers={"old": 0.9, HEURISTIC: 0.7})
    rollout = Rollout([deployment("production", "old")], answers)
    assert rollout.steps() == []
    [report] = rollout.payload["reports"]
    assert (report["is_drifted"], report["evidence"]["regressed"]) == (False, False)
    assert report["evidence"]["estimated"]["brier"] == pytest.approx(0.09)


@pytest.mark.parametrize(("rung", "trainings"), [("production", 1), ("shadow", 0)])
def test_drift_of_features_is_reported_and_that_of_production_is_trained_for(rung: str, trainings: int) -> None:
    random = np.random.default_rng(3)
    past = random.random((5000, len(FEATURES)), dtype=np.float32)
    now = random.random((500, len(FEATURES)), dtype=np.float32)
    now[:, 7] += 0.8
    reference = reference_document(NAMES, past, random.random(5000))
    rollout = Rollout([deployment(rung, "old", reference=reference)], features=now.tolist())
    [report] = rollout.observed()["reports"]
    assert report["is_drifted"]
    assert list(report["evidence"]["features"]) == [NAMES[7]]
    assert report["score"] == report["evidence"]["features"][NAMES[7]] > 0.25
    assert [request["reason"] for request in rollout.payload["train"]] == [
        f"drift of {NAMES[7]} under tides:old"
    ] * trainings


def test_a_challenger_that_is_in_production_already_leaves_its_rung() -> None:
    rollout = Rollout([deployment("production", "old"), deployment("shadow", "old")])
    assert rollout.steps() == [("withdraw", "shadow", 4)]


def test_a_kind_without_a_test_waits_for_a_person() -> None:
    places = [deployment("shadow", "new", kind="duration"), deployment("production", "old", kind="duration")]
    rollout = Rollout(places, runs(300, answers={HEURISTIC: 0.1, "new": 0.9}))
    assert rollout.steps() == []
    assert "waits for a person" in rollout.payload["reports"][0]["evidence"]["verdict"]


def test_nothing_deployed_is_an_observation_all_the_same() -> None:
    assert Rollout([]).observed() == {"lease": "lease-1", "reports": [], "alerts": [], "steps": [], "train": []}
