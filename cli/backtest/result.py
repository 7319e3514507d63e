"""What a backtest found, as one value for programs and for the report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.train.quality import Array, Quality

ALARM_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of time that was judged: rows, when it began and ended (ISO 8601), how many failed, how well it went.

    ``trained_on`` counts the labelled runs that its model learned from; 0 where the heuristic answered, and ``note``
    says why.
    """

    rows: int
    begin: str
    end: str
    failure_rate: float | None
    auc: float | None
    brier: float | None
    trained_on: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One run and what the tool would have said about it: the probability at its start, or the score at its end."""

    execution_id: str
    pipeline: str
    started_at: str
    status: str
    said: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backtest:
    """The figures of one engine over one history.

    ``truth`` (1, 0; -1: no label), ``said`` (0..1), ``started_at`` (epoch seconds) and ``pipeline`` (names) hold one
    entry per judged run; ``methods`` holds the baselines' answers for the same runs. Figures that cannot be had (one
    class, no labels) are None, and ``notes`` says why.
    """

    engine: str
    history: str
    rows: int
    pipelines: int
    failure_rate: float | None
    quality: Quality | None
    baselines: Mapping[str, Quality]
    blocks: tuple[Block, ...]
    told: tuple[Told, ...]
    notes: tuple[str, ...]
    truth: Array
    said: Array
    started_at: Array
    pipeline: Array
    methods: Mapping[str, Array] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    # Known to whoever ran it.
    seconds: float = 0.0
    peak_memory_mb: float = 0.0
