"""A pipeline that is deleted while an engine is at work on it."""

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from local.stack import Stack
from tests.database.actors import Actor, answered, engine
from tests.waiting import eventually

STATE = "{}"
BLOCKED_BY = "select from pg_stat_activity where %s = any (pg_blocking_pids(pid))"


@pytest.mark.parametrize(("name", "table"), [("predict", "predictions"), ("detect", "detections")])
def test_neither_the_deletion_nor_the_completion_dies_of_the_other(
    stack: Stack, database: psycopg.Connection, roaster: Actor, pipeline: str, name: str, table: str
) -> None:
    lease = str(uuid.uuid4())
    database.execute(
        "update engine.queues set lease = %s, leased_until = now() + interval '1 minute'"
        " where pipeline_id = %s and engine = %s",
        [lease, pipeline, name],
    )
    etag = hashlib.sha256(STATE.encode()).hexdigest()
    state = {"pipeline_id": pipeline, "former_etag": None, "etag": etag, "state": STATE}
    worker = engine(stack.description, name, roaster.workspace_id)
    payload = {"lease": lease, "states": [state], "half_lives_seconds": []}
    with psycopg.connect(stack.description.database_url) as deleter, ThreadPoolExecutor() as pool:
        # What a deletion does first, so that the completion meets it half-way.
        deleter.execute("select from public.pipelines where id = %s for update", [pipeline])
        completion = pool.submit(worker.call, f"complete_{table}", payload=payload)
        eventually(lambda: database.execute(BLOCKED_BY, [deleter.info.backend_pid]).rowcount)
        deleter.execute("delete from public.pipelines where id = %s", [pipeline])
        deleter.commit()
        answered(completion.result())
    assert not roaster.rows("pipelines", id=pipeline)
