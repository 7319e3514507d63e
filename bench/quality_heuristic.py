"""Judge the heuristic that predicts without a model on the Gaia history, beside simple baselines.

Run ``python -m bench.quality_heuristic [FILE]``. Protocol of the development data: leak-safe (a run is known once it
ended), the first 30 % of the rows as warm-up, then eight blocks through time; cancelled runs are no labels. The weights
of the heuristic were chosen on the warm-up and blocks 1 to 3, so blocks 4 to 8 are the ones that judge it.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import numpy as np

from bench.quality_metrics import HEADER, Array, measure_quality
from cli.history import HistoryRow, read_history
from cli.replay.payload import PayloadBuilder
from cli.replay.timeline import Item
from functions.predict.heuristic import failure_probability
from shared.execution import Execution
from shared.replay import Replay
from shared.statistics.run_rates import HALF_LIVES_RUNS

DEFAULT_FILE = Path(__file__).parents[2] / "shared" / "data" / "gaia" / "executions.csv.gz"
WARM_UP_SHARE, BLOCKS, TUNED_BLOCKS = 0.3, 8, 3
WORKSPACE = UUID(int=1)


def main(arguments: Sequence[str]) -> None:
    """Print one line per method, for the blocks that judge and for all of them."""
    path = Path(arguments[0]) if arguments else DEFAULT_FILE
    if not path.exists():
        print(f"There is no history at {path}: give one, or put the development data there. Nothing was judged.")
        return
    failed, pipeline, said = predictions(path)
    blocks = blocks_of(len(failed))
    for title, judged in (("blocks 4 to 8 (not tuned on)", blocks[TUNED_BLOCKS:]), ("all blocks", blocks)):
        print(f"\n{path.name}, {title}\n{'':34s}{HEADER}")
        for method, probability in said.items():
            quality = measure_quality(failed, probability, pipeline=pipeline, blocks=judged)
            print(f"{method:32s}  {quality.row()}")
    print("\nreported for all blocks, gradient boosting on 36 features, retrained per block: .928 .861 .813 .092 .065")


def blocks_of(rows: int) -> list[tuple[int, int]]:
    """The test blocks as pairs of row numbers."""
    begin = int(rows * WARM_UP_SHARE)
    size = (rows - begin) // BLOCKS
    return [(begin + k * size, rows if k == BLOCKS - 1 else begin + (k + 1) * size) for k in range(BLOCKS)]


def predictions(path: Path) -> tuple[Array, Array, dict[str, Array]]:
    """Outcome (-1: none), pipeline, and every method's probability for each run of the history.

    The base rate is the failure rate of the warm-up; a pipeline without known runs has it as its last outcome and as
    the beginning of its EWMA.
    """
    outcomes: list[int] = []
    pipelines: list[str] = []
    heuristic: list[float] = []
    known: list[list[float]] = []
    for start in Replay().walk(executions(path)):
        failed, state = start.execution.failed, start.state
        outcomes.append(-1 if failed is None else int(failed))
        pipelines.append(start.execution.pipeline_id)
        heuristic.append(failure_probability(start.vector))
        known.append([state.runs, state.outcomes.streak.failures, *state.outcomes.rates.failures])
    failures, history = np.array(outcomes), np.array(known)
    warm_up = failures[: int(len(failures) * WARM_UP_SHARE)]
    base_rate = float(np.mean(warm_up[warm_up >= 0]))
    runs, streak, decayed = history[:, 0], history[:, 1], history[:, 2:]
    said = {"heuristic": np.array(heuristic), "base rate of the warm-up": np.full(len(failures), base_rate)}
    said["last outcome"] = np.where(runs == 0, base_rate, streak > 0)
    for place, half_life in enumerate(HALF_LIVES_RUNS):
        keep = 0.5 ** (1.0 / half_life)
        said[f"EWMA, half-life {half_life:.0f} runs"] = base_rate * keep**runs + decayed[:, place] * (1.0 - keep)
    return failures, np.array(pipelines), said


def executions(path: Path) -> Iterator[Execution]:
    """The runs of a history as the engines would read them after a replay."""
    builder = PayloadBuilder(WORKSPACE, {})
    for row in read_history(path):
        yield execution_of(row, builder)


def execution_of(row: HistoryRow, builder: PayloadBuilder) -> Execution:
    """One run with all that is known once it has ended."""
    payload = builder.build([Item(row.started_at, row, False), Item(row.ended_at, row, True)])
    merged = {key: value for part in payload["executions"] for key, value in part.items()}
    metrics = {str(metric["metric_name"]): metric["metric_value"] for metric in payload["metrics"]}
    return Execution.from_row({**merged, "workspace_id": str(WORKSPACE), "owner_id": row.owner, "metrics": metrics})


if __name__ == "__main__":
    main(sys.argv[1:])
