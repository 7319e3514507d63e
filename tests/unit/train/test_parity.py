import numpy as np
import onnx
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from functions.train.boosting_export import boosting_bytes
from functions.train.parity import ParityError, require_parity, worst_difference
from shared.errors import FlexiRoasterError

ROWS = np.random.default_rng(2).normal(size=(400, 3)).astype(np.float32)
MODEL = HistGradientBoostingClassifier(max_iter=10, random_state=0).fit(ROWS, ROWS[:, 0] > ROWS[:, 1])
EXPECTED = MODEL.predict_proba(ROWS)[:, 1]
CONTENT = boosting_bytes([MODEL], features=3, slope=1.0, intercept=0.0)


def spoilt(attribute: str, place: int, change: float) -> bytes:
    """The graph with one number of one attribute changed."""
    model = onnx.load_from_string(CONTENT)
    next(entry for entry in model.graph.node[0].attribute if entry.name == attribute).floats[place] += change
    return model.SerializeToString()


def test_a_faithful_graph_passes_and_tells_its_worst_difference() -> None:
    assert require_parity(CONTENT, ROWS, EXPECTED) == worst_difference(CONTENT, ROWS, EXPECTED) < 1e-6


@pytest.mark.parametrize(("attribute", "change"), [("target_weights", 1e-3), ("nodes_values", 0.5)])
def test_a_spoilt_graph_is_refused(attribute: str, change: float) -> None:
    with pytest.raises(ParityError, match=r"the graph answers 0\.\d+ to row \d+ where the model answers 0\.\d+"):
        require_parity(spoilt(attribute, 0, change), ROWS, EXPECTED)


def test_the_worst_row_is_named_with_both_numbers() -> None:
    expected = EXPECTED.copy()
    expected[[3, 123]] = [EXPECTED[3] + 0.01, 7.0]
    with pytest.raises(FlexiRoasterError, match=r"answers 0\.\d+ to row 123 where the model answers 7: a difference"):
        require_parity(CONTENT, ROWS, expected)


@pytest.mark.parametrize("nothing", [np.nan, np.inf])
def test_an_answer_that_is_no_number_is_refused(nothing: float) -> None:
    expected = EXPECTED.copy()
    expected[5] = nothing
    with pytest.raises(ParityError, match="to row 5"):
        require_parity(CONTENT, ROWS, expected)


def test_the_tolerance_can_be_chosen() -> None:
    assert require_parity(CONTENT, ROWS, EXPECTED + 0.001, tolerance=0.01) == pytest.approx(0.001, rel=0.01)


def test_large_numbers_are_compared_by_their_share() -> None:
    assert worst_difference(CONTENT, ROWS[:1], EXPECTED[:1] * 0 + 1e4) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("content", "rows", "expected", "sentence"),
    [
        (CONTENT, ROWS[:0], EXPECTED[:0], "no row"),
        (CONTENT, ROWS, EXPECTED[:-1], "in the shape"),
        (CONTENT, ROWS, MODEL.predict_proba(ROWS), "in the shape"),
        (b"a graph, we believe", ROWS, EXPECTED, "does not run"),
        (CONTENT, ROWS[:, :2], EXPECTED, "does not run"),
    ],
)
def test_what_cannot_be_compared_is_refused(content, rows, expected, sentence: str) -> None:
    with pytest.raises(ParityError, match=sentence):
        worst_difference(content, rows, expected)
