"""The world of one pipeline: its folder, its source, its tables, and what its stages are told."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from lab.batch import Batch, make_batch
from lab.job import Job
from lab.source import Source
from lab.sources import Sources
from lab.stages.surroundings import FILE_NAME
from lab.warehouse import Warehouse

PRICING = '''"""The team's pricing library."""

from decimal import Decimal


def price(records, rate):
    """Order, customer and total of every record."""
    for record in records:
        number, customer, amount, _ = record.decode().strip().split(",")
        yield int(number), customer, Decimal(amount) * rate
'''
RATES = "EUR,1\nUSD,1.1\n"
USUAL = {
    "timeout_seconds": 60,
    "retries": 0,
    "workers": 2,
    "memory_mb": 512,
    "services": {"source": {"active": "primary", "choices": ["primary"]}},
    "env": {"CURRENCY": "EUR", "RATES_PATH": "../reference/rates.csv"},
}


class World:
    """``key`` names its tables and its role. ``addresses``: where the services that the configuration names are."""

    def __init__(
        self, key: str, folder: Path, random: Random, *, sources: Sources, warehouse: Warehouse, source: Source
    ) -> None:
        self.key = key
        self.folder = folder
        self.random = random
        self.source = source
        self.warehouse = warehouse
        self._sources = sources
        self.addresses = {"primary": source.url, "mirror": source.url}
        self._database = warehouse.make(key)
        self.libraries = folder / "libraries"
        self.libraries.mkdir(parents=True)
        (self.libraries / "lab_pricing.py").write_text(PRICING)
        (folder / "reference").mkdir()
        (folder / "reference" / "rates.csv").write_text(RATES)

    def vary(self, seconds: float) -> float:
        """A time that differs between seeds: by a quarter at most."""
        return seconds * self.random.uniform(0.75, 1.25)

    def refuse(self) -> None:
        """Let the source refuse connections."""
        self._sources.refuse(self.source)

    def clear_after(self, seconds: float) -> None:
        """Let the source be well again after about so many seconds."""
        self._sources.clear_after(self.source, self.vary(seconds))

    def new_batch(self, name: str, spoilt: str | None = None) -> Batch:
        """Make a batch, lay it at the source, and make its folder; returns what it would be if nothing were wrong."""
        seed = self.random.getrandbits(32)
        wanted = make_batch(Random(seed), spoilt if spoilt in ("control_growth", "memory_limit") else None)
        self.source.batches[name] = make_batch(Random(seed), spoilt)
        if spoilt == "empty_input":
            self.source.later[name] = wanted
        (self.folder / name).mkdir()
        if spoilt == "disk_full":
            (self.folder / name / FILE_NAME).symlink_to("/dev/full")
        return wanted

    def volume_mb(self, batch: str) -> float | None:
        """How large the extracted file is; None before it is there."""
        file = self.folder / batch / FILE_NAME
        return file.stat().st_size / 1e6 if file.is_file() else None

    def job(
        self,
        run: str,
        batch: str,
        *,
        stages: list[str],
        config: Mapping[str, Any],
        meets_other_thread: bool = False,
        leaves_a_process: bool = False,
    ) -> Job:
        """What a worker is to do for a run, by the configuration as it is now."""
        active = config["services"]["source"]["active"]
        variables = {
            "PYTHONPATH": str(self.libraries),
            "SOURCE_URL": f"{self.addresses[active]}/{batch}",
            "SOURCE_TOKEN": self.source.token,
            "DATABASE_URL": self._database,
            "LAB_FOLDER": str(self.folder / batch),
            "LAB_BATCH": batch,
            "LAB_TABLE": self.key,
            "LAB_RACE": "1" if meets_other_thread else "0",
            "WORKERS": str(config.get("workers", 1)),
            **{name: str(value) for name, value in config.get("env", {}).items()},
        }
        return Job(
            run=run,
            key=batch,
            stages=stages,
            folder=str(self.folder / batch),
            logs=str(self.folder / "logs"),
            lock=str(self.folder / "worker.lock"),
            variables=variables,
            timeout_seconds=config.get("timeout_seconds"),
            memory_mb=config.get("memory_mb"),
            retries=int(config.get("retries", 0)),
            leaves_a_process=leaves_a_process,
        )
