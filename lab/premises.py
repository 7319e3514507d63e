"""What all cases of a laboratory share: a folder, sources, tables, workers, and the view of the stack."""

import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.haste import haste
from lab.records import Records
from lab.sources import Sources
from lab.warehouse import Warehouse
from lab.watcher import Watcher
from lab.workers import Workers
from local.description import StackDescription

# Each run takes at most one connection to the database, beside those of the stack itself.
RUNS_AT_ONCE = 8


class Premises:
    """A context manager: everything runs inside the block, and nothing is left after it."""

    def __init__(self, description: StackDescription) -> None:
        self._description = description
        self._held = ExitStack()
        self.slots = threading.BoundedSemaphore(RUNS_AT_ONCE)

    def __enter__(self) -> Self:
        """Start everything.

        Raises:
            LabError: the stack's demo user cannot sign in.
        """
        url, enter = self._description.database_url, self._held.enter_context
        try:
            self.folder = Path(enter(tempfile.TemporaryDirectory(prefix="flexiroaster-lab-")))
            enter(haste(url))
            self.sources = enter(Sources())
            self.warehouse = enter(Warehouse(url))
            self.workers = enter(Workers())
            self.records = Records(self._description)
            self.records.sign_in()
            self.watcher = enter(Watcher(self.records))
        except BaseException:
            self._held.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything; drop the tables."""
        self._held.close()
