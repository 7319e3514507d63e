"""Insert to stored detection, one execution at a time on the embedded stack, beside the floor of the same insert alone.

Run: ``python -m bench.latency [--runs N]``. Target: p50 <= 60 ms, p99 <= 250 ms.
"""

import argparse
import time
import uuid
from typing import Any

import psycopg

from bench.report import quantiles_ms, show
from bench.stack import signed_in, temporary_stack

POLL_SECONDS = 0.001
DEADLINE_SECONDS = 10.0


def main() -> None:
    """Print the latencies."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=300)
    runs = arguments.parse_args().runs
    with temporary_stack() as stack, psycopg.connect(stack.description.database_url, autocommit=True) as watcher:
        user = signed_in(stack.description)
        pipeline: Any = user.table("pipelines").insert({"name": "bench"}).execute().data[0]
        inserts, decided = [], []
        for number in range(runs + 20):
            execution_id = str(uuid.uuid4())
            began = time.perf_counter()
            user.table("executions").insert(
                {
                    "id": execution_id,
                    "pipeline_id": pipeline["id"],
                    "status": "completed",
                    "started_at": f"2026-01-01T00:{number % 60:02}:00Z",
                    "duration_seconds": 60 + number % 7,
                }
            ).execute()
            inserted = time.perf_counter()
            while not watcher.execute("select from detections where execution_id = %s", [execution_id]).rowcount:
                if time.perf_counter() - began > DEADLINE_SECONDS:
                    raise SystemExit(f"no detection for run {number} within {DEADLINE_SECONDS} s")
                time.sleep(POLL_SECONDS)
            if number >= 20:  # the first ones warm the functions up
                inserts.append(inserted - began)
                decided.append(time.perf_counter() - began)
    show(
        "Insert to stored detection, one at a time",
        {
            "insert answered (floor)": quantiles_ms(inserts),
            "detection stored (target p50 60 ms, p99 250 ms)": quantiles_ms(decided),
        },
    )


if __name__ == "__main__":
    main()
