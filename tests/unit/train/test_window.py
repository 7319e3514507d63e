import numpy as np
import pytest

from functions.train.dataset import Dataset
from functions.train.failure_model import fit_failure_model
from functions.train.window import Window
from shared.features import FEATURES

NARROW = Window(from_at=100.0, whole_from=5000.0, success_share=0.2)


def pages(rows: int = 10_000, failure_rate: float = 0.1) -> list[list[list[object]]]:
    random = np.random.default_rng(2)
    failed = (random.random(rows) < failure_rate).astype(int).tolist()
    features = random.random((rows, len(FEATURES))).round(3).tolist()
    made = [[f"run-{n}", float(n), n + 0.5, failed[n], 60.0, "roast", features[n]] for n in range(rows)]
    return [made[at : at + 3000] for at in range(0, rows, 3000)]


def test_failures_and_late_runs_are_all_there_and_of_the_others_a_share() -> None:
    whole, part = Dataset.of_pages(pages()), Dataset.of_pages(pages(), window=NARROW)
    assert part.started_at[0] >= 100.0
    late = part.started_at >= 5000.0
    assert late.sum() == 5000
    assert part.failed[~late].sum() == whole.failed[100:5000].sum()
    successes = (~late & (part.failed == 0)).sum()
    assert successes == pytest.approx(0.2 * (whole.failed[100:5000] == 0).sum(), rel=0.05)


def test_what_is_kept_weighs_as_if_all_were_there() -> None:
    whole, part = Dataset.of_pages(pages()), Dataset.of_pages(pages(), window=NARROW)
    early, kept = whole.rows(slice(100, 5000)), part.rows(part.started_at < 5000.0)
    assert kept.weight.sum() == pytest.approx(len(early), rel=0.05)
    assert np.average(kept.failed, weights=kept.weight) == pytest.approx(early.failed.mean(), abs=0.005)
    assert np.mean(kept.failed) > 2 * early.failed.mean()


def test_probabilities_keep_their_level() -> None:
    """Without the weights a model would take a failure rate of 10 % for one of 36 %."""
    part = Dataset.of_pages(pages(), window=Window(0.0, 10_000.0, 0.2))
    level = {
        weighed: fit_failure_model(
            part.features, part.failed, pipeline=part.pipeline, weight=part.weight if weighed else None
        )
        .probability(part.features)
        .mean()
        for weighed in (True, False)
    }
    assert level[True] == pytest.approx(0.12, abs=0.03)
    assert level[False] > 0.3


def test_the_same_runs_are_kept_every_time() -> None:
    first, again = (Dataset.of_pages(pages(), window=NARROW) for _ in range(2))
    assert np.array_equal(first.started_at, again.started_at)


def test_a_window_says_what_it_leaves_out() -> None:
    named = Window.from_document({"whole_from": 1_793_498_400.0, "from_at": None, "success_share": 0.2})
    assert named.from_at == float("-inf")
    assert "all runs since 1 November 2026, and from every failure and 20% of the other runs before" in named.sentence
    since = Window(1_790_000_000.0, 1_793_498_400.0, 0.2).sentence
    assert "of the other runs since 21 September 2026 before that" in since
    assert Window.from_document(None).sentence == ""


def test_without_a_window_everything_weighs_one() -> None:
    data = Dataset.of_pages(pages(100))
    assert (len(data), data.weight.tolist()) == (100, [1.0] * 100)
