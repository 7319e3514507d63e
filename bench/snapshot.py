"""The snapshot of a pipeline through gateway and Data API, with a million executions in the table and with none.

Run: ``python -m bench.snapshot [--executions N]``. Target: p50 <= 20 ms. The floor is a call of the same function for a
pipeline that does not exist.
"""

import argparse
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import psycopg

from bench.report import quantiles_ms, show
from bench.stack import signed_in, temporary_stack

CALLS = 200
PIPELINES = 1000

# One pipeline has a tenth of all runs; the last 2,000 runs of it have metrics.
FILL = """
insert into public.executions
    (id, workspace_id, pipeline_id, status, started_at, created_at, duration_seconds, rows_processed, config_version)
select
    gen_random_uuid(), pipeline.workspace_id, pipeline.id,
    case when run.number %% 17 = 0 then 'failed' else 'completed' end,
    run.at, run.at, 60 + run.number %% 13, 1000 + run.number %% 7, 1
from (
    select
        number,
        case when number %% 10 = 0 then 1 else 1 + number %% {pipelines} end as place,
        now() - make_interval(secs => number) as at
    from generate_series(1, %s) as number
) as run
join (
    select id, workspace_id, row_number() over (order by created_at, id) as place from public.pipelines
    where workspace_id = %s
) as pipeline using (place)
"""
MEASURE = """
insert into public.metrics (workspace_id, execution_id, metric_name, metric_value, unit)
select run.workspace_id, run.id, metric.name, 50, 'MB'
from (select id, workspace_id from public.executions where pipeline_id = %s order by created_at desc limit 2000) as run
cross join (values ('memory_mb'), ('cpu_percent'), ('latency_ms')) as metric (name)
"""


def main() -> None:
    """Print the latencies."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--executions", type=int, default=1_000_000)
    executions = arguments.parse_args().executions
    with temporary_stack() as stack, psycopg.connect(stack.description.database_url, autocommit=True) as owner:
        user = signed_in(stack.description)
        session = user.auth.get_session()
        if session is None:
            raise SystemExit("the demo user could not sign in")
        rows: Any = [{"name": f"pipeline {number}"} for number in range(PIPELINES)]
        pipelines: Any = user.table("pipelines").insert(rows).execute().data
        busiest = min(pipelines, key=lambda pipeline: (pipeline["created_at"], pipeline["id"]))
        headers = {"authorization": f"Bearer {session.access_token}"}
        with httpx.Client(base_url=stack.description.gateway_url, headers=headers, timeout=60) as gateway:

            def asked(pipeline_id: str) -> str:
                return timed(lambda: gateway.get(f"/api/monitoring/{pipeline_id}/snapshot?window=7d"))

            empty = asked(busiest["id"])
            # What waits for the engines is not measured here.
            stack.stop("functions")
            with owner.transaction():
                owner.execute("alter table public.executions disable trigger user")
                owner.execute(FILL.format(pipelines=PIPELINES), [executions, busiest["workspace_id"]])
                owner.execute("alter table public.executions enable trigger user")
                owner.execute(MEASURE, [busiest["id"]])
            owner.execute("vacuum analyze public.executions")
            owner.execute("vacuum analyze public.metrics")
            stack.start("functions")
            full, floor = asked(busiest["id"]), asked(str(uuid.uuid4()))
    show(
        f"Snapshot of the busiest of {PIPELINES:,} pipelines",
        {
            "no such pipeline (floor)": floor,
            "no execution in the table": empty,
            f"{executions:,} executions (target p50 20 ms)": full,
        },
    )


def timed(ask: Callable[[], httpx.Response]) -> str:
    """Latencies of ``CALLS`` calls, after ten that warm up."""
    seconds = []
    for number in range(CALLS + 10):
        began = time.perf_counter()
        ask()
        if number >= 10:
            seconds.append(time.perf_counter() - began)
    return quantiles_ms(seconds)


if __name__ == "__main__":
    main()
