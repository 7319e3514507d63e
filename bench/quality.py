"""Judge the failure prediction on a history, beside simple baselines and boosting without our constraints.

Run ``python -m bench.quality [FILE]``; the default is the Gaia history of the development data. Protocol: leak-safe (a
run is known once it ended), the first 30 % of the rows as warm-up, then eight blocks through time, every model trained
again at the beginning of each; cancelled runs are no labels. The heuristic's weights were chosen on the warm-up and the
first three blocks, the shape of the boosting on all of them: other histories must judge both. Two lines say what the
halves of pipelines are good for: our boosting where every booster knows every pipeline, and with halves of the runs.
"""

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from cli.backtest.baselines import baselines
from cli.backtest.blocks import blocks_of
from cli.backtest.prediction import judge_predictions
from cli.backtest.runs import as_runs
from cli.backtest.walked import Walked, walk
from cli.history import in_start_order
from functions.train.failure_model import SEED, TooLittleDataError, fit_failure_model
from functions.train.quality import HEADER, Array, measure_quality

DEFAULT_FILE = Path(__file__).parents[2] / "shared" / "data" / "gaia" / "executions.csv.gz"
Answer = Callable[[Array], Array]
TARGETS = "0.935   0.875   0.820       -   0.090   0.030"


def main(arguments: Sequence[str]) -> None:
    """Print one line per method."""
    path = Path(arguments[0]) if arguments else DEFAULT_FILE
    if not path.exists():
        print(f"There is no history at {path}: give one, or put the development data there. Nothing was judged.")
        return
    with in_start_order(path) as (rows, history):
        blocks = blocks_of(rows)
        walked = walk(as_runs(history), rows=rows, from_row=blocks[0][0], show=lambda *_: None)
    judged = judge_predictions(walked, history=path.name, say=lambda _: None)
    print(f"\n{path.name}\n{'':34s}{HEADER}")
    print(f"{'target':32s}   {TARGETS}")
    if judged.quality is not None:
        print(f"{'trained model':32s}  {judged.quality.row()}")
    each_alone = np.arange(walked.rows)
    said = {
        "it knows every pipeline": _retrained(walked, blocks, _ours(walked, np.zeros_like(each_alone))),
        "it knows half of the runs": _retrained(walked, blocks, _ours(walked, each_alone)),
        "boosting, scikit-learn's defaults": _retrained(walked, blocks, _plain_boosting(walked)),
        "heuristic": walked.heuristic,
    }
    for name, answers in (said | dict(baselines(walked.truth, walked.known, warm_up=blocks[0][0]))).items():
        quality = measure_quality(walked.truth, answers, pipeline=walked.pipeline, blocks=blocks)
        print(f"{name:32s}  {quality.row() if quality else 'no labels'}")


def _retrained(walked: Walked, blocks: Sequence[tuple[int, int]], fit: Callable[[Array], Answer]) -> Array:
    said = walked.heuristic.copy()
    for begin, end in blocks:
        known = walked.known_before(begin)
        if len(np.unique(walked.truth[known])) == 2:
            with contextlib.suppress(TooLittleDataError):
                said[begin:end] = fit(known)(walked.features[begin:end])
    return said


def _plain_boosting(walked: Walked) -> Callable[[Array], Answer]:
    def fit(known: Array) -> Answer:
        model = HistGradientBoostingClassifier(random_state=SEED).fit(walked.features[known], walked.truth[known])
        return lambda features: np.asarray(model.predict_proba(features)[:, 1])

    return fit


def _ours(walked: Walked, pipeline: Array) -> Callable[[Array], Answer]:
    def fit(known: Array) -> Answer:
        return fit_failure_model(walked.features[known], walked.truth[known], pipeline=pipeline[known]).probability

    return fit


if __name__ == "__main__":
    main(sys.argv[1:])
