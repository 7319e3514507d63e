"""From a failure's row to the first healing action, one at a time on the embedded stack.

Run: ``python -m bench.healing [--runs N]``. Target: p50 <= 1.5 s, detection and diagnosis included.
"""

import argparse
import time
import uuid
from typing import Any

import psycopg

from bench.report import quantiles_ms, show
from bench.stack import signed_in, temporary_stack

POLL_SECONDS = 0.002
DEADLINE_SECONDS = 30.0
WARM_UP = 5
STEPS = {
    "detection stored": "select from detections where execution_id = %s",
    "root cause stored": "select from root_causes where execution_id = %s",
    "action taken (target p50 1500 ms)": (
        "select from healing_actions as taken join healing_plans as plan on plan.id = taken.plan_id "
        "where plan.execution_id = %s"
    ),
}


def main() -> None:
    """Print the latencies."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=60)
    runs = arguments.parse_args().runs
    with temporary_stack() as stack, psycopg.connect(stack.description.database_url, autocommit=True) as watcher:
        user = signed_in(stack.description)
        workspace: Any = user.table("workspaces").select("id").execute().data[0]
        waits: dict[str, list[float]] = {name: [] for name in STEPS}
        for number in range(runs + WARM_UP):
            pipeline_id = _pipeline(user, workspace["id"])
            run, began = str(uuid.uuid4()), time.perf_counter()
            row = {"id": run, "pipeline_id": pipeline_id, "status": "failed", "error_message": _message(number)}
            user.table("executions").insert(row).execute()
            for name, statement in STEPS.items():
                waited = _wait(watcher, statement.encode(), run, began)
                if number >= WARM_UP:  # the first ones warm the functions up
                    waits[name].append(waited)
    show("Failure row to first action, one at a time", {name: quantiles_ms(found) for name, found in waits.items()})


def _pipeline(user: Any, workspace_id: str) -> str:
    """A pipeline that may heal itself: a new one for each failure, so that no cap and no breaker holds it up."""
    pipeline: Any = user.table("pipelines").insert({"name": f"bench {uuid.uuid4()}"}).execute().data[0]
    place = {"workspace_id": workspace_id, "pipeline_id": pipeline["id"]}
    user.table("pipeline_stages").insert({**place, "name": "load", "idempotency": "safe"}).execute()
    user.table("healing_policies").insert({**place, "autonomy": "auto"}).execute()
    return str(pipeline["id"])


def _message(number: int) -> str:
    """A fault that passes, each time of another host and in another word: one error on many pipelines is an outage."""
    return f"could not connect to store{chr(97 + number % 26)}{chr(97 + number // 26)}db: Connection refused"


def _wait(watcher: psycopg.Connection[Any], statement: bytes, run: str, began: float) -> float:
    while not watcher.execute(statement, [run]).rowcount:
        if time.perf_counter() - began > DEADLINE_SECONDS:
            raise SystemExit(f"nothing within {DEADLINE_SECONDS} s: {statement.decode()}")
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
