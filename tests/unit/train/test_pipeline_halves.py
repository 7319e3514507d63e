import numpy as np

from functions.train.pipeline_halves import pipeline_halves

PIPELINE = np.array(["etl", "tests", "etl", "report", "deploy", "tests", "etl", "clean"])


def test_every_pipeline_is_whole_and_in_one_half_of_each_pair() -> None:
    halves = list(pipeline_halves(PIPELINE, pairs=3, seed=1))
    assert len(halves) == 6
    for first, second in zip(halves[::2], halves[1::2], strict=True):
        assert np.array_equal(first, ~second)
        assert not set(PIPELINE[first]) & set(PIPELINE[second])
        assert len(set(PIPELINE[first])) == 3


def test_the_pairs_differ() -> None:
    halves = pipeline_halves(np.arange(100), pairs=4, seed=1)
    assert len({tuple(half) for half in halves}) == 8


def test_the_order_of_the_rows_does_not_matter() -> None:
    order = np.random.default_rng(5).permutation(len(PIPELINE))
    for half, shuffled in zip(
        pipeline_halves(PIPELINE, pairs=2, seed=3), pipeline_halves(PIPELINE[order], pairs=2, seed=3), strict=True
    ):
        assert np.array_equal(half[order], shuffled)


def test_one_pipeline_and_none_have_no_halves() -> None:
    assert list(pipeline_halves(np.array(["etl", "etl"]), pairs=2, seed=1)) == []
    assert list(pipeline_halves(np.array([]), pairs=2, seed=1)) == []
