"""An invented history in the canonical format, for where no real one can be had. It says so in every execution_id."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.history.row import HistoryRow

START = datetime(2026, 1, 5, tzinfo=UTC)
MEAN_GAP_SECONDS = 90.0
ANOMALY_RATE = 0.01
SHARED_OUTAGE_RATE, SHARED_OUTAGE_RUNS = 0.0006, 60
OUTAGE_FAILURE_RATE = 0.8
ERRORS = (
    "ConnectionError: warehouse.internal:5432 refused the connection",
    "MemoryError: worker exceeded its limit",
    "ValueError: column 'amount' holds text",
    "TimeoutError: no answer within 300 s",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is usual for one pipeline. Medians; the spread of durations is that of a lognormal."""

    name: str
    owner: str
    weight: float
    seconds: float
    spread: float
    memory_mb: float
    volume_mb: float
    failure_rate: float
    burst_rate: float


KINDS = (
    Kind("orders-load", "commerce", 5, 240, 0.25, 900, 1200, 0.03, 0.004),
    Kind("orders-report", "commerce", 3, 90, 0.2, 400, 60, 0.02, 0.002),
    Kind("clicks-sessions", "web", 8, 600, 0.4, 3200, 9000, 0.05, 0.006),
    Kind("clicks-quality", "web", 4, 45, 0.15, 250, 300, 0.01, 0.001),
    Kind("features-build", "science", 3, 1500, 0.5, 7800, 4000, 0.08, 0.01),
    Kind("model-train", "science", 1, 5400, 0.35, 14000, 2500, 0.12, 0.01),
    Kind("service-tests", "platform", 9, 420, 0.3, 1800, 5, 0.15, 0.012),
    Kind("service-deploy", "platform", 2, 150, 0.2, 300, 2, 0.04, 0.003),
)


def synthetic_history(rows: int, *, seed: int = 7) -> Iterator[HistoryRow]:
    """So many runs of eight pipelines, by start. Failures come in bursts, of one pipeline or of all; 1 % of the runs
    are made strange and labelled ``is_anomaly``. The same seed makes the same rows.
    """
    chance = random.Random(seed)
    bursts = dict.fromkeys((kind.name for kind in KINDS), 0)
    shared, now = 0, START
    weights = [kind.weight for kind in KINDS]
    for number in range(1, rows + 1):
        now += timedelta(seconds=round(chance.expovariate(1 / MEAN_GAP_SECONDS), 3))
        kind = chance.choices(KINDS, weights)[0]
        if shared == 0 and chance.random() < SHARED_OUTAGE_RATE:
            shared = SHARED_OUTAGE_RUNS
        if bursts[kind.name] == 0 and chance.random() < kind.burst_rate:
            bursts[kind.name] = chance.randint(4, 15)
        in_outage = shared > 0 or bursts[kind.name] > 0
        shared, bursts[kind.name] = max(0, shared - 1), max(0, bursts[kind.name] - 1)
        yield _run(number, kind, now, chance, failure_rate=OUTAGE_FAILURE_RATE if in_outage else kind.failure_rate)


def _run(number: int, kind: Kind, started_at: datetime, chance: random.Random, *, failure_rate: float) -> HistoryRow:
    failed = chance.random() < failure_rate
    strange = chance.random() < ANOMALY_RATE
    oddity = chance.choice(("slow", "hungry", "empty")) if strange else ""
    volume_mb = kind.volume_mb * chance.lognormvariate(0, 0.2) * (0.02 if oddity == "empty" else 1)
    seconds = kind.seconds * chance.lognormvariate(0, kind.spread) * (chance.uniform(0.05, 0.9) if failed else 1)
    memory_mb = kind.memory_mb * chance.lognormvariate(0, 0.1) * (5 if oddity == "hungry" else 1)
    return HistoryRow(
        execution_id=f"synthetic-{number}",
        pipeline=kind.name,
        owner=kind.owner,
        queued_at=started_at - timedelta(seconds=round(chance.expovariate(1 / 4), 3)),
        started_at=started_at,
        completed_at=started_at + timedelta(seconds=round(seconds * (7 if oddity == "slow" else 1), 3)),
        status="failed" if failed else "completed",
        trigger_type="scheduled",
        error_message=chance.choice(ERRORS) if failed else None,
        cpu_percent=round(min(100.0, 55 * chance.lognormvariate(0, 0.2)), 2),
        memory_mb=round(memory_mb, 1),
        data_volume_mb=round(volume_mb, 1),
        requested_cpus=4.0,
        requested_seconds=kind.seconds * 6,
        context={"files_waiting": chance.randint(1, 40)},
        is_anomaly=strange,
    )
