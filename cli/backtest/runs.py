"""The runs of a history as the engines would read them after a replay."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from cli.history import HistoryRow
from cli.replay.payload import PayloadBuilder
from cli.replay.timeline import Item
from shared.execution import Execution

WORKSPACE = UUID(int=1)


def as_runs(history: Iterable[HistoryRow]) -> Iterator[tuple[HistoryRow, Execution]]:
    """Each row and its run, in the order given."""
    builder = PayloadBuilder(WORKSPACE, {})
    for row in history:
        yield row, execution_of(row, builder)


def execution_of(row: HistoryRow, builder: PayloadBuilder) -> Execution:
    """One run with all that is known once it has ended."""
    payload = builder.build([Item(row.started_at, row, False), Item(row.ended_at, row, True)])
    merged = {key: value for part in payload["executions"] for key, value in part.items()}
    metrics = {str(metric["metric_name"]): metric["metric_value"] for metric in payload["metrics"]}
    return Execution.from_row({**merged, "workspace_id": str(WORKSPACE), "owner_id": row.owner, "metrics": metrics})
