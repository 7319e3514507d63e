"""Read a summary through the Data API, as the signed-in user sees it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from cli.replay.backlog import QueueDepth
from cli.replay.connection import Connection
from cli.summary.ranking import Judged, roc_auc, share_between
from cli.summary.value import Strange, Summary

LIKELY, UNLIKELY = 0.5, 0.05
STRANGEST, CANDIDATES = 3, 200
ENDED = ("completed", "failed", "cancelled")
Row = Mapping[str, Any]


def read_summary(connection: Connection, workspace: UUID) -> Summary:
    """Everything that is stored in the workspace. Held in memory: one outcome and one probability per run."""
    here = {"workspace_id": str(workspace)}
    status_of: dict[str, str] = {}
    starts: list[datetime] = []
    for page in connection.pages("executions", "id,status,started_at", **here):
        for row in cast(list[Row], page):
            status_of[row["id"]] = row["status"]
            if row["started_at"]:
                starts.append(datetime.fromisoformat(row["started_at"]))
    outcomes = Counter(status_of.values())
    judged = _judged(connection, here, status_of)
    names = {
        row["id"]: row["name"]
        for page in connection.pages("pipelines", "id,name", **here)
        for row in cast(list[Row], page)
    }
    return Summary(
        pipelines=len(names),
        outcomes={status: outcomes[status] for status in ENDED if outcomes[status]},
        first_started_at=min(starts, default=None),
        last_started_at=max(starts, default=None),
        predictions=connection.count("predictions", **here),
        roc_auc=roc_auc(judged),
        told_likely=share_between(judged, LIKELY, 1.01),
        told_unlikely=share_between(judged, 0.0, UNLIKELY),
        detections=connection.count("detections", **here),
        anomalies=connection.count("detections", is_anomaly="true", **here),
        strangest=_strangest(connection, here, names),
        dead_letters=QueueDepth.read(connection).dead_letters,
    )


def _judged(connection: Connection, here: Mapping[str, str], status_of: Mapping[str, str]) -> list[Judged]:
    pages = connection.pages("predictions", "id,execution_id,failure_probability", phase="started", **here)
    return [
        (row["failure_probability"], status_of[row["execution_id"]] == "failed")
        for page in pages
        for row in cast(list[Row], page)
        if status_of.get(row["execution_id"]) in ("completed", "failed")
    ]


def _strangest(connection: Connection, here: Mapping[str, str], names: Mapping[str, str]) -> tuple[Strange, ...]:
    anomalies = connection.call(
        lambda client: (
            client.table("detections")
            .select("execution_id,pipeline_id,score,reasons")
            .eq("workspace_id", here["workspace_id"])
            .eq("is_anomaly", "true")
            .order("score", desc=True)
            .order("id")
            .limit(CANDIDATES)
            .execute()
            .data
        )
    )
    return tuple(_strange(connection, anomaly, names) for anomaly in varied(cast(list[Row], anomalies), STRANGEST))


def varied(anomalies: Sequence[Row], count: int) -> list[Row]:
    """The first so many, best those of different pipelines and for different reasons."""

    def chosen_by(keys: Iterable[str]) -> None:
        seen = {key: {of(key, anomaly) for anomaly in chosen} for key in keys}
        for anomaly in anomalies:
            fresh = all(of(key, anomaly) not in values for key, values in seen.items())
            if len(chosen) < count and fresh and anomaly not in chosen:
                chosen.append(anomaly)
                for key, values in seen.items():
                    values.add(of(key, anomaly))

    chosen: list[Row] = []
    for keys in (("feature", "pipeline_id"), ("pipeline_id",), ()):
        chosen_by(keys)
    return sorted(chosen, key=lambda anomaly: -anomaly["score"])


def of(key: str, anomaly: Row) -> object:
    """A property of an anomaly; its ``feature`` is that of its strongest reason."""
    if key != "feature":
        return anomaly[key]
    return anomaly["reasons"][0]["feature"] if anomaly["reasons"] else None


def _strange(connection: Connection, anomaly: Row, names: Mapping[str, str]) -> Strange:
    rows = connection.call(
        lambda client: (
            client.table("executions").select("status,started_at").eq("id", anomaly["execution_id"]).execute().data
        )
    )
    run: Row = cast(Row, rows[0]) if rows else {"status": "unknown", "started_at": None}
    return Strange(
        pipeline=names.get(anomaly["pipeline_id"], "unknown"),
        started_at=datetime.fromisoformat(run["started_at"]) if run["started_at"] else None,
        status=run["status"],
        score=anomaly["score"],
        reasons=tuple(reason["text"] for reason in anomaly["reasons"]),
    )
