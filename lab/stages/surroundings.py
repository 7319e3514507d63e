"""What a stage is told: by environment variables, like any process of an orchestrator."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

LOGGER = logging.getLogger("stage")
FILE_NAME = "orders.csv.gz"
TOTALS_NAME = "totals.csv"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``folder`` is the batch's, ``key`` the idempotency key: the same on every attempt at the batch."""

    folder: Path
    key: str
    batch: str
    source_url: str
    token: str
    database_url: str
    table: str
    workers: int
    meets_other_thread: bool
    variables: Mapping[str, str]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read from an environment."""
        return cls(
            folder=Path(environment["LAB_FOLDER"]),
            key=environment["FLEXIROASTER_IDEMPOTENCY_KEY"],
            batch=environment["LAB_BATCH"],
            source_url=environment["SOURCE_URL"],
            token=environment["SOURCE_TOKEN"],
            database_url=environment["DATABASE_URL"],
            table=environment["LAB_TABLE"],
            workers=int(environment["WORKERS"]),
            meets_other_thread=environment.get("LAB_RACE") == "1",
            variables=environment,
        )

    @property
    def file(self) -> Path:
        """The extracted file."""
        return self.folder / FILE_NAME

    @property
    def totals(self) -> Path:
        """What transform makes of it."""
        return self.folder / TOTALS_NAME
