"""How far a replay got, in a small file, so that it can go on from there."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Self

SAVE_SECONDS = 1.0


class Journal:
    """The number of timeline items that one slice of one file has had acknowledged in one workspace.

    A journal that cannot be read counts as none: replaying again is harmless, for every id is the same again.
    """

    def __init__(self, path: Path, items_acknowledged: int = 0, counts_before: dict[str, int] | None = None) -> None:
        self.path = path
        self.items_acknowledged = items_acknowledged
        self.counts_before = counts_before
        self._saved_at = 0.0

    @classmethod
    def open(
        cls, folder: Path, *, file: Path, workspace_id: str, offset: int = 0, limit: int | None = None, restart: bool
    ) -> Self:
        """The journal of this slice, as it was left; empty at first, and with ``restart``.

        Raises:
            OSError: the history file cannot be read.
        """
        with file.open("rb") as content:
            content_digest = hashlib.file_digest(content, "sha256").hexdigest()
        digest = hashlib.sha256(f"{content_digest} {workspace_id} {offset} {limit}".encode()).hexdigest()
        path = folder / f"{digest[:32]}.json"
        try:
            left = {} if restart else json.loads(path.read_bytes())
            return cls(path, max(0, int(left["items_acknowledged"])), dict(left["counts_before"]))
        except (OSError, ValueError, TypeError, KeyError):
            return cls(path)

    def acknowledge(self, items: int) -> None:
        """So many further items are stored. Written at most once a second: what a crash loses is sent twice."""
        self.items_acknowledged += items
        if time.monotonic() - self._saved_at >= SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write the file in one step.

        Raises:
            OSError: it cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
        content = {"items_acknowledged": self.items_acknowledged, "counts_before": self.counts_before or {}}
        temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")
        temporary.replace(self.path)
        self._saved_at = time.monotonic()
