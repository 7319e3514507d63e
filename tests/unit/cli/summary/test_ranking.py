"""How good predictions were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cli.summary.ranking import Judged, Share, roc_auc, share_between

judged = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]), st.booleans()), min_size=2, max_size=40)


@given(judged)
def test_the_area_is_that_of_scikit_learn(judged: list[Judged]) -> None:
    outcomes = [outcome for _, outcome in judged]
    if all(outcomes) or not any(outcomes):
        assert roc_auc(judged) is None
    else:
        assert roc_auc(judged) == pytest.approx(roc_auc_score(outcomes, [score for score, _ in judged]))


def test_nothing_has_no_area() -> None:
    assert roc_auc([]) is None


def test_a_share_includes_its_lower_edge_and_not_its_upper_one() -> None:
    runs = [(0.05, True), (0.5, False), (0.5, True)]
    assert share_between(runs, 0.05, 0.5) == Share(1, 1.0)
    assert share_between(runs, 0.5, 1.01) == Share(2, 0.5)
    assert share_between(runs, 0.0, 0.05) == Share(0, None)
