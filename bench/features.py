"""Time the pure code of one run: `PipelineState.vector`, `update`, the JSON round trip, and detection scoring.

Run ``python -m bench.features``. Prints microseconds per call beside its budget; a budget missed is said, not raised.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from functions.detect.score import score
from functions.predict.heuristic import predict
from shared.execution import Execution
from shared.outcome_history import OutcomeHistory
from shared.pipeline_state import PipelineState

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
CALLS = 3000


def run_row(number: int) -> dict[str, object]:
    """A nightly run as a row: five measures, three metadata numbers, two labels."""
    started_at = START + timedelta(minutes=10 * number)
    failed = number % 17 == 0
    return {
        "id": f"run-{number}",
        "workspace_id": "workspace",
        "pipeline_id": "orders",
        "owner_id": "data-team",
        "status": "failed" if failed else "completed",
        "created_at": started_at.isoformat(),
        "started_at": started_at.isoformat(),
        "completed_at": (started_at + timedelta(seconds=300 + number * 7 % 60)).isoformat(),
        "error_message": f"worker {number}: table 'orders' is locked" if failed else None,
        "trigger_type": "scheduled",
        "attempt": 1,
        "config_version": 1 + number // 500,
        "rows_processed": 10_000 + number * 13 % 900,
        "data_volume_mb": 120.0 + number * 3 % 11,
        "metadata": {"requested_seconds": 3600, "requested_cpus": 4, "queue_wait_s": number % 9, "branch": "main"},
        "metrics": {"cpu_percent": 40 + number % 20, "memory_mb": 900 + number % 50, "latency_ms": 12 + number % 5},
    }


def microseconds(call: Callable[[], object], calls: int = CALLS) -> float:
    """Processor time of one call: the mean of the best of ten rounds, so that a busy machine matters less."""
    rounds = []
    for _ in range(10):
        began = time.process_time()
        for _ in range(calls // 10):
            call()
        rounds.append((time.process_time() - began) / (calls // 10) * 1e6)
    return min(rounds)


def main() -> None:
    """Print every figure beside its budget."""
    state, history = PipelineState(), OutcomeHistory()
    numbers = count()
    for _ in range(200):
        execution = Execution.from_row(run_row(next(numbers)))
        state.update(execution)
        history.update(execution.ended_at.timestamp(), bool(execution.failed))
    row = run_row(200)
    execution = Execution.from_row(row)
    vector = state.vector(execution, now=execution.begun_at, owner=history, workspace=history)
    ahead = iter([Execution.from_row(run_row(next(numbers))) for _ in range(CALLS)])
    text = json.dumps(state.to_json())
    pipeline: dict[str, object] = {"config": {"timeout_seconds": 3600}, "timeout_seconds": 3600, "stages": []}
    stored = PipelineState.from_json(json.loads(text))
    figures: list[tuple[str, float, float | None]] = [
        ("Execution.from_row", microseconds(lambda: Execution.from_row(row)), None),
        (
            "vector",
            microseconds(lambda: state.vector(execution, now=execution.begun_at, owner=history, workspace=history)),
            60.0,
        ),
        (
            "heuristic.predict",
            microseconds(lambda: predict(execution, vector=vector, state=state, pipeline=pipeline)),
            60.0,
        ),
        ("detect score", microseconds(lambda: score(execution, stored, pipeline)), 100.0),
        ("update", microseconds(lambda: state.update(next(ahead))), 60.0),
        ("to_json + dumps", microseconds(lambda: json.dumps(state.to_json())), None),
        ("loads + from_json", microseconds(lambda: PipelineState.from_json(json.loads(text))), None),
    ]
    for name, measured, budget in figures:
        verdict = "" if budget is None else f"   budget {budget:.0f}: {'met' if measured <= budget else 'MISSED'}"
        print(f"{name:20s} {measured:8.1f} us{verdict}")
    print(f"{'state':20s} {len(text):8d} bytes")


if __name__ == "__main__":
    main()
