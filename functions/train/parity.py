"""A graph is published only if it answers what the trained model answers."""

import numpy as np
import onnxruntime
from numpy.typing import ArrayLike, NDArray

from shared.errors import FlexiRoasterError

TOLERANCE = 1e-5


class ParityError(FlexiRoasterError):
    """An exported graph that does not answer what the trained model answers."""


def worst_difference(content: bytes, rows: NDArray[np.float32], expected: ArrayLike) -> float:
    """The largest distance between a graph's answers and the ``expected``, [n] or [n, q], for ``rows`` [n, features].

    Absolute below 1, so for every probability, and relative to the expected number above. NaN where an answer is no
    number.

    Raises:
        ParityError: the graph does not run, gives another shape, or there is no row.
    """
    answers, wanted = _answers(content, rows, expected)
    return float(_distances(answers, wanted).max())


def require_parity(
    content: bytes, rows: NDArray[np.float32], expected: ArrayLike, *, tolerance: float = TOLERANCE
) -> float:
    """The worst difference, if it is tolerable.

    Raises:
        ParityError: it is above ``tolerance`` or no number, or the graph cannot be compared at all.
    """
    answers, wanted = _answers(content, rows, expected)
    distances = _distances(answers, wanted)
    # The largest, or the first that is no number.
    row, column = divmod(int(distances.argmax()), distances.shape[1])
    worst = float(distances[row, column])
    if not worst <= tolerance:
        raise ParityError(
            f"the graph answers {answers[row, column]:.9g} to row {row} where the model answers "
            f"{wanted[row, column]:.9g}: a difference of {worst:.3g}, and at most {tolerance:.3g} is allowed"
        )
    return worst


def _distances(answers: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    # Two infinite numbers have no distance; NaN stands for it, and is never tolerable.
    with np.errstate(invalid="ignore"):
        distances: NDArray[np.float64] = np.abs(answers - wanted) / np.maximum(1.0, np.abs(wanted))
    return distances


def _answers(
    content: bytes, rows: NDArray[np.float32], expected: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The graph's answers and the expected ones, both [n, q]."""
    if len(rows) == 0:
        raise ParityError("there is no row to compare the graph and the model on")
    wanted = np.asarray(expected, dtype=np.float64)
    wanted = wanted.reshape(-1, 1) if wanted.ndim == 1 else wanted
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        output, entry = session.get_outputs()[-1].name, session.get_inputs()[0].name
        answers = np.asarray(session.run([output], {entry: np.asarray(rows, np.float32)})[0], np.float64)
    # onnxruntime raises classes of its own that share no base but Exception.
    except Exception as error:
        raise ParityError(f"the graph does not run: {type(error).__name__}: {error}"[:300]) from error
    if answers.shape != wanted.shape:
        raise ParityError(f"the graph answers in the shape {answers.shape}, the model in {wanted.shape}")
    return answers, wanted
