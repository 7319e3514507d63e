"""Replay a history: build groups, send them in order, keep the backlog in bounds, remember how far it got."""

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from cli.history import HistoryRow
from cli.replay.backlog import Backlog
from cli.replay.connection import Connection
from cli.replay.errors import Interrupted
from cli.replay.journal import Journal
from cli.replay.payload import PayloadBuilder, Row
from cli.replay.pipelines import Pipelines
from cli.replay.prefetch import prefetched
from cli.replay.progress import Progress
from cli.replay.result import ReplayResult
from cli.replay.timeline import Item, grouped, timeline

GROUP_SPAN_WALL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Batch:
    """One request: its payload, and what it says about the history."""

    payload: dict[str, list[Row]]
    owners: dict[str, str | None]
    items: int
    ends: int
    first_at: datetime
    at: datetime


@dataclass
class Replay:
    """A replay into one workspace. ``speed`` is simulated seconds per second; None: as fast as it goes."""

    connection: Connection
    workspace: UUID
    journal: Journal
    progress: Progress
    stop: threading.Event
    speed: float | None = None
    expected_rows: int | None = None
    _rows: int = 0
    _items: int = 0
    _requests: int = 0
    _at: datetime | None = None
    _pipelines_met: set[str] = field(default_factory=set)

    def run(self, rows: Iterable[HistoryRow], *, wait: bool) -> ReplayResult:
        """Send the rows (in the order of their starts) from where the journal says, then wait for the engines.

        Raises:
            ReplayError: the database refuses something, or does not answer.
            HistoryError: a row cannot be read.
        """
        if self.journal.counts_before is None:
            self.journal.counts_before = self._counts()
        resumed_from = self.journal.items_acknowledged
        backlog = Backlog(self.connection, stop=self.stop, note=self.progress.note)
        pipelines = Pipelines(self.connection, self.workspace)
        began = time.monotonic()
        self.progress.begin()
        complete = drained = False
        sending_seconds = seconds = 0.0
        try:
            try:
                complete = self._send_all(rows, pipelines, backlog, began)
            finally:
                sending_seconds = seconds = time.monotonic() - began
            if wait and complete:
                self._at = None
                drained = backlog.drain(lambda: self._show("Waiting at", backlog))
                seconds = time.monotonic() - began
            decided = self._decided()
        except Interrupted:
            decided = {}
        finally:
            self.journal.save()
            self.progress.end()
        return ReplayResult(
            workspace_id=str(self.workspace),
            rows=self._rows,
            pipelines=len(self._pipelines_met),
            items_sent=self._items,
            requests=self._requests,
            seconds=round(seconds, 3),
            sending_seconds=round(sending_seconds, 3),
            rows_per_second=round(self._rows / seconds, 1) if seconds else 0.0,
            decided=decided,
            dead_letters=backlog.now.dead_letters,
            events_left=backlog.now.left,
            backlog_peak=backlog.peak,
            retries=self.connection.retries,
            resumed_from=resumed_from,
            complete=complete,
            waited=drained,
            interrupted=self.stop.is_set(),
        )

    def _send_all(self, rows: Iterable[HistoryRow], pipelines: Pipelines, backlog: Backlog, began: float) -> bool:
        builder = PayloadBuilder(self.workspace, pipelines.ids)
        first_at: datetime | None = None
        with prefetched(self._batches(rows, builder)) as batches:
            for batch in batches:
                first_at = first_at or batch.first_at
                if not self._is_due(batch.at, first_at, began):
                    return False
                pipelines.make(batch.owners)
                self.connection.rpc("ingest", {"payload": batch.payload})
                self.journal.acknowledge(batch.items)
                self._rows += batch.ends
                self._items += batch.items
                self._requests += 1
                self._at = batch.at
                self._pipelines_met.update(batch.owners)
                backlog.hold_back(batch.items, lambda: self._show("Paused at", backlog))
                self._show("Replayed", backlog)
        return True

    def _batches(self, rows: Iterable[HistoryRow], builder: PayloadBuilder) -> Iterator[Batch]:
        items: Iterator[Item] = islice(timeline(rows), self.journal.items_acknowledged, None)
        span_seconds = None if self.speed is None else self.speed * GROUP_SPAN_WALL_SECONDS
        for group in grouped(items, max_span_seconds=span_seconds):
            yield Batch(
                payload=builder.build(group),
                owners={item.row.pipeline: item.row.owner for item in group},
                items=len(group),
                ends=sum(item.is_end for item in group),
                first_at=group[0].at,
                at=group[-1].at,
            )

    def _is_due(self, at: datetime, first_at: datetime, began: float) -> bool:
        if self.speed is None:
            return not self.stop.is_set()
        due = began + (at - first_at).total_seconds() / self.speed
        return not self.stop.wait(max(0.0, due - time.monotonic()))

    def _show(self, doing: str, backlog: Backlog) -> None:
        self.progress.show(
            doing=doing, runs=self._rows, of_runs=self.expected_rows, backlog=backlog.now.left, at=self._at
        )

    def _counts(self) -> dict[str, int]:
        workspace_id = str(self.workspace)
        return {
            "predictions": self.connection.count("predictions", workspace_id=workspace_id),
            "detections": self.connection.count("detections", workspace_id=workspace_id),
            "anomalies": self.connection.count("detections", workspace_id=workspace_id, is_anomaly="true"),
        }

    def _decided(self) -> dict[str, int]:
        before = self.journal.counts_before or {}
        return {name: count - before.get(name, 0) for name, count in self._counts().items()}
