"""Faults planted into a history, by seed, with a label for each run that one touches. Pure functions on rows.

What a history lacks is invented first (`completed`): a data volume per run, lognormal around the pipeline's own with a
spread of 0.3, and one of three ordinary errors for a failure without a message. Then events are spread over the last
60 % of the rows, one for about every 150, on runs that completed, of pipelines with at least 30 runs before, so far
apart within a pipeline that each meets a settled baseline. Nothing else is looked at: neither how regular the pipeline
is nor what any detector says. Kinds and strengths take turns:

===============  ============================================  =====  =====  ======
kind             what is done                                  faint  plain  strong
===============  ============================================  =====  =====  ======
duration         the run takes so many times as long             1.5      3      10
memory           memory_mb is multiplied                         1.3      2       8
volume           data_volume_mb is divided, the run is green       2      5      50
failure_spike    runs in a row fail with ordinary errors           2      4       8
error_burst      runs in a row fail with one error, mostly new     2      4       8
missing_run      runs in a row never start                         1      2       4
level_shift      30 runs from here on take so many times as long 1.5      3      10
===============  ============================================  =====  =====  ======
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from cli.history import HistoryRow

HEALTHY_SHARE, EVENT_EVERY, MIN_RUNS_BEFORE = 0.4, 150, 30
SHIFTED_RUNS, REST_RUNS = 30, 20
STRENGTHS = ("faint", "plain", "strong")
SIZES: dict[str, tuple[float, float, float]] = {
    "duration": (1.5, 3.0, 10.0),
    "memory": (1.3, 2.0, 8.0),
    "volume": (2.0, 5.0, 50.0),
    "failure_spike": (2.0, 4.0, 8.0),
    "error_burst": (2.0, 4.0, 8.0),
    "missing_run": (1.0, 2.0, 4.0),
    "level_shift": (1.5, 3.0, 10.0),
}
ORDINARY_ERRORS = (
    "ConnectionError: storage did not answer within 30 s",
    "RuntimeError: worker left with exit code 137",
    "PreemptedError: the job gave way to another",
)
NEW_ERRORS = (
    "SchemaError",
    "ParseError",
    "QuotaError",
    "LicenseError",
    "EncodingError",
    "PermissionError",
    "DiskError",
)
NEW_CAUSES = ("meters moved", "token ran out", "a column went away", "no space left", "the certificate is too old")
VOLUME_SPREAD = 0.3


@dataclass(frozen=True, slots=True)
class Fault:
    """One event. ``event`` is the same for all its runs; ``place`` counts them from 0."""

    event: int
    kind: str
    strength: str
    place: int


Labelled = tuple[HistoryRow, Fault | None]


def planted(rows: Sequence[HistoryRow], *, seed: int = 7) -> list[Labelled]:
    """The history with faults, in order of start. The run after a gap carries the label of the ``missing_run``."""
    chance = random.Random(seed)
    whole = list(completed(rows, seed=seed))
    following = _by_pipeline(whole)
    faults: dict[int, Fault | None] = {}
    changed: dict[int, HistoryRow | None] = {}
    rests_until: Counter[str] = Counter()
    turns = [(kind, strength) for strength in STRENGTHS for kind in SIZES]
    events = 0
    for number in range(int(HEALTHY_SHARE * len(whole)), len(whole)):
        row = whole[number]
        own = following[row.pipeline]
        place = own[number]
        ready = place >= max(MIN_RUNS_BEFORE, rests_until[row.pipeline]) and row.status == "completed"
        if chance.random() * EVENT_EVERY >= 1.0 or not ready:
            continue
        kind, strength = turns[events % len(turns)]
        touched = list(own)[place : place + _runs_touched(kind, strength)]
        if not _applies(kind, row, touched, whole):
            continue
        for at, (run, becomes) in enumerate(_changes(kind, strength, touched, whole, chance)):
            changed[run] = becomes
            faults[run] = Fault(events, kind, strength, at) if becomes is not None else None
        rests_until[row.pipeline] = place + len(touched) + REST_RUNS
        events += 1
    kept = ((changed.get(number, row), faults.get(number)) for number, row in enumerate(whole))
    return [(row, fault) for row, fault in kept if row is not None]


def completed(rows: Iterable[HistoryRow], *, seed: int = 7) -> Iterator[HistoryRow]:
    """The rows with what the file does not say: a data volume, and a message for each failure."""
    for row in rows:
        chance = random.Random(f"{seed} {row.execution_id}")
        if row.data_volume_mb is None:
            usual = random.Random(f"{seed} {row.pipeline}").uniform(3.0, 9.0)
            row = replace(row, data_volume_mb=round(chance.lognormvariate(usual, VOLUME_SPREAD), 3))
        if row.status == "failed" and row.error_message is None:
            row = replace(row, error_message=chance.choice(ORDINARY_ERRORS))
        yield row


def _by_pipeline(rows: Sequence[HistoryRow]) -> dict[str, dict[int, int]]:
    """For each pipeline the numbers of its rows, each with its place among them."""
    numbers: dict[str, dict[int, int]] = {}
    for number, row in enumerate(rows):
        own = numbers.setdefault(row.pipeline, {})
        own[number] = len(own)
    return numbers


def _runs_touched(kind: str, strength: str) -> int:
    size = int(SIZES[kind][STRENGTHS.index(strength)])
    return {"failure_spike": size, "error_burst": size, "missing_run": size + 1, "level_shift": SHIFTED_RUNS}.get(
        kind, 1
    )


def _applies(kind: str, row: HistoryRow, touched: Sequence[int], rows: Sequence[HistoryRow]) -> bool:
    if kind == "memory":
        return bool(row.memory_mb)
    if kind in ("duration", "level_shift") and row.completed_at is None:
        return False
    return len(touched) == 1 or rows[touched[-1]].pipeline == row.pipeline


def _changes(
    kind: str, strength: str, touched: Sequence[int], rows: Sequence[HistoryRow], chance: random.Random
) -> Iterator[tuple[int, HistoryRow | None]]:
    """Each touched row and what becomes of it; None: it never started."""
    size = SIZES[kind][STRENGTHS.index(strength)]
    new_error = (
        f"{chance.choice(NEW_ERRORS)}: {chance.choice(NEW_CAUSES)}, says the {chance.choice(NEW_ERRORS)} of step"
    )
    for at, number in enumerate(touched):
        row = rows[number]
        if kind == "missing_run":
            yield number, row if at == len(touched) - 1 else None
        elif kind in ("failure_spike", "error_burst"):
            error = new_error if kind == "error_burst" else chance.choice(ORDINARY_ERRORS)
            yield number, _failed(row, error, chance.uniform(0.05, 0.9))
        else:
            yield number, CHANGES[kind](row, size)


def _failed(row: HistoryRow, error: str, share: float) -> HistoryRow:
    if row.status == "failed":
        return replace(row, error_message=error)
    return replace(_longer(row, share), status="failed", error_message=error)


def _longer(row: HistoryRow, times: float) -> HistoryRow:
    if row.completed_at is None or row.completed_at <= row.started_at:
        return row
    seconds = (row.completed_at - row.started_at).total_seconds()
    return replace(row, completed_at=row.started_at + timedelta(seconds=round(seconds * times, 3)))


CHANGES: dict[str, Callable[[HistoryRow, float], HistoryRow]] = {
    "duration": _longer,
    "level_shift": _longer,
    "memory": lambda row, times: replace(row, memory_mb=round((row.memory_mb or 0.0) * times, 3)),
    "volume": lambda row, times: replace(row, data_volume_mb=round((row.data_volume_mb or 0.0) / times, 3)),
}
