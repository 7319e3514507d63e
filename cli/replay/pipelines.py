"""The pipelines of a workspace: those that are there, and those that a replay makes as it meets them."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from cli.replay.connection import Connection
from cli.replay.payload import pipeline_id


class Pipelines:
    """Which pipelines the workspace has. ``ids`` is read once: a pipeline that was there keeps its id."""

    def __init__(self, connection: Connection, workspace: UUID) -> None:
        self._connection = connection
        self._workspace = workspace
        pages = connection.pages("pipelines", "id,name", workspace_id=str(workspace))
        self.ids: Mapping[str, str] = {cast(str, row["name"]): cast(str, row["id"]) for page in pages for row in page}
        self._known = set(self.ids)

    def make(self, owners: Mapping[str, str | None]) -> None:
        """Insert those of these pipelines (by name, with the owner that the file names) that are not there yet."""
        rows = [
            {
                "id": pipeline_id(self._workspace, name),
                "workspace_id": str(self._workspace),
                "name": name,
                "tags": [f"owner:{owner}"] if owner else [],
            }
            for name, owner in owners.items()
            if name not in self._known
        ]
        if rows:
            self._connection.call(
                lambda client: (
                    client.table("pipelines")
                    .upsert(
                        rows,
                        on_conflict="id",
                        ignore_duplicates=True,
                    )
                    .execute()
                )
            )
            self._known.update(owners)
