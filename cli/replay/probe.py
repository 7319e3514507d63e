"""How long it takes from inserting one run's end until its detection is stored, as the inserting user sees it."""

import threading
import time
from collections.abc import Iterable
from uuid import UUID

from cli.history import HistoryRow
from cli.replay.connection import Connection
from cli.replay.payload import PayloadBuilder
from cli.replay.pipelines import Pipelines
from cli.replay.timeline import timeline

LOOK_SECONDS = 0.003
PATIENCE_SECONDS = 15.0


def seconds_to_detection(
    connection: Connection, workspace: UUID, rows: Iterable[HistoryRow], *, stop: threading.Event
) -> list[float]:
    """One number per run. Inserts the runs one after the other, each when the one before it has been detected.

    A run that has no detection after 15 s ends the measurement.
    """
    pipelines = Pipelines(connection, workspace)
    builder = PayloadBuilder(workspace, pipelines.ids)
    measured: list[float] = []
    for row in rows:
        pipelines.make({row.pipeline: row.owner})
        for item in timeline([row]):
            payload = builder.build([item])
            began = time.perf_counter()
            connection.rpc("ingest", {"payload": payload})
        run_id = payload["executions"][0]["id"]
        while not connection.count("detections", execution_id=run_id):
            if stop.wait(LOOK_SECONDS) or time.perf_counter() - began > PATIENCE_SECONDS:
                return measured
        measured.append(time.perf_counter() - began)
    return measured
