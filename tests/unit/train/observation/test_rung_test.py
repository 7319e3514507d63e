"""The errors of the test of a rung, by simulation, and its words."""

import numpy as np
import pytest

from functions.train.observation.rung_test import LOOKS, Verdict, rung_test, worst

HISTORIES = 200


def history(seed: int, *, worse: float, rows: int = 3200) -> tuple[np.ndarray, ...]:
    """Outcomes in bursts, and answers: of a challenger whose Brier score is higher by ``worse``, and of a reference."""
    random = np.random.default_rng(seed)
    chance = np.clip(np.repeat(random.beta(0.6, 2.0, size=rows // 8), 8), 0.05, 0.95)
    failed = (random.random(rows) < chance).astype(float)
    reference = np.clip(chance + random.normal(0.0, 0.1, rows), 0.0, 1.0)
    # An error of this size adds its square to the Brier score.
    challenger = chance + random.choice([-1.0, 1.0], rows) * np.sqrt(worse + np.mean((reference - chance) ** 2))
    return failed, challenger, reference


def decided(worse: float) -> dict[str, float]:
    """The share of histories that end in each decision."""
    found = [rung_test(*history(seed, worse=worse), name="production").decision for seed in range(HISTORIES)]
    return {decision: found.count(decision) / HISTORIES for decision in ("pass", "fail", "wait")}


def test_a_challenger_that_is_worse_by_more_than_the_margin_hardly_ever_passes() -> None:
    assert decided(0.006)["pass"] <= 0.05
    assert decided(0.03) == {"pass": 0.0, "fail": 1.0, "wait": 0.0}


def test_a_challenger_that_is_better_hardly_ever_fails() -> None:
    assert decided(-0.004)["pass"] >= 0.95


def test_looking_again_at_every_run_changes_nothing_between_the_looks() -> None:
    failed, challenger, reference = history(1, worse=0.0)
    for rows in range(0, 200, 50):
        verdict = rung_test(failed[:rows], challenger[:rows], reference[:rows], name="production")
        assert (verdict.decision, verdict.words) == ("wait", f"needs {200 - rows} more labelled runs")


def test_what_passed_at_a_look_stays_passed_whatever_comes_later() -> None:
    failed = np.tile([0.0, 1.0], 800)
    good, bad = np.abs(failed - 0.1), np.abs(failed - 0.9)
    # Right for 200 runs and wrong ever after.
    challenger = np.concatenate([good[:200], bad[200:]])
    found = rung_test(failed, challenger, np.full(1600, 0.5), name="the heuristic")
    assert (found.decision, found.rows) == ("pass", 200)
    assert "on 200 labelled runs its Brier score less that of the heuristic is -0.2400" in found.words


@pytest.mark.parametrize("failures", [19, 181])
def test_without_both_outcomes_nothing_is_decided(failures: int) -> None:
    failed = (np.arange(200) < failures).astype(float)
    found = rung_test(failed, failed, np.full(200, 0.5), name="production")
    assert (found.decision, found.words) == ("wait", "needs 200 more labelled runs")
    for_ever = np.zeros(LOOKS[-1])
    assert rung_test(for_ever, for_ever, for_ever, name="production").words == "needs 20 failures and as many successes"


def test_against_several_references_the_worst_counts() -> None:
    verdicts = {one: Verdict(one, one, 200) for one in ("pass", "wait", "fail")}
    assert worst([verdicts["pass"], verdicts["wait"]]).decision == "wait"
    assert worst([verdicts["wait"], verdicts["fail"], verdicts["pass"]]).decision == "fail"
    assert worst([verdicts["pass"]]).decision == "pass"
