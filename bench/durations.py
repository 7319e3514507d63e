"""Judge durations and timeouts on a history: the model of durations beside the rule that it would replace.

Run ``python -m bench.durations [FILE]``; by default the Gaia history, or an invented one. The model learns from the
earlier three quarters of the successes and is judged on the later quarter, as in training. Targets: 80 % of the later
runs take as long as the 80 % interval says, and the pinball loss is not above the rule's. The limit that a run may
break is one and a half times what is usual for its pipeline.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.history import history_file
from bench.report import show
from cli.backtest.runs import as_runs
from cli.history import in_start_order
from functions.predict.expected_duration import expected_duration, timeout_probability
from functions.predict.modelled_duration import exceeding
from functions.train.dataset import Dataset
from functions.train.duration_evaluation import evaluate_durations
from functions.train.duration_model import LATER_SHARE, fit_duration_model
from functions.train.duration_rows import DurationRows
from functions.train.quality import Array, brier, roc_auc
from shared.features import FEATURES
from shared.replay import Replay, ReplayedStart

LIMIT = 1.5


def main(arguments: Sequence[str]) -> None:
    """Print the figures of every method."""
    path, title = (Path(arguments[0]), arguments[0]) if arguments else history_file(50_000)
    with in_start_order(path) as (_, history):
        walked = [(_row(start), _rule(start)) for start in Replay().walk(run for _, run in as_runs(history))]
    kept = [(row, rule) for row, rule in walked if row[3] is not None]
    data = Dataset.of_weighed([([row for row, _ in kept], [1.0] * len(kept))], features=len(FEATURES))
    rows = DurationRows.of(data)
    found = evaluate_durations(rows)
    print(f"\n{title}: {found.summary}")
    for name, figures in found.metrics["methods"].items():
        shown = {figure: f"{f['value']:.4f}  ({f['low']:.4f} to {f['high']:.4f})" for figure, f in figures.items()}
        show(name.replace("_", " "), shown)
    # The rule answers for the same runs: successes whose pipeline had eight durations.
    known = [rule for row, rule in kept if not row[3] and row[4] is not None and rule is not None]
    _show_timeouts(rows, np.array(known))


def _row(start: ReplayedStart) -> list[object]:
    run = start.execution
    ended = run.ended_at.timestamp()
    return [run.id, run.begun_at.timestamp(), ended, run.failed, run.duration_seconds, run.pipeline_id, start.vector]


def _rule(start: ReplayedStart) -> tuple[float, float] | None:
    """A limit for the run, and the chance that the rule gives it to break that."""
    usual = expected_duration(start.state)
    if usual is None:
        return None
    limit = LIMIT * usual.seconds
    return limit, timeout_probability(start.state, limit=limit) or 0.0


def _show_timeouts(rows: DurationRows, rule: Array) -> None:
    earlier, later = rows.apart(LATER_SHARE)
    quantiles = np.expm1(later.moved(fit_duration_model(earlier).spreads(later.features)))
    limits, by_rule = rule[-len(later) :].T
    broken = np.expm1(later.log_seconds) > limits
    by_model = np.array([exceeding(q, limit=limit) for q, limit in zip(quantiles.tolist(), limits, strict=True)])
    for name, said in (("model", by_model), ("rule", by_rule)):
        auc = roc_auc(broken.astype(int), said)
        show(
            f"chance to take {LIMIT} times as long as usual, which {broken.mean():.1%} of {len(later):,} did: {name}",
            {"brier": f"{brier(broken, said):.4f}", "roc_auc": "-" if auc is None else f"{auc:.3f}"},
        )


if __name__ == "__main__":
    main(sys.argv[1:])
