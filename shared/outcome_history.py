"""Recent runs and failures of a workspace or an owner, forgotten exponentially with time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

HALF_LIVES_SECONDS = (3600.0, 86400.0, 604800.0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OutcomeHistory:
    """Decayed counts of runs and failures, one pair per half-life (an hour, a day, a week).

    A run ``age`` seconds old counts ``0.5 ** (age / half_life)``. The order of updates does not matter: a late
    run is added with the weight its age leaves it. Two histories merge into the one that would have seen both.
    Without runs every rate is the prior.

    >>> history = OutcomeHistory()
    >>> history.update(0.0, failed=True)
    >>> history.update(3600.0, failed=False)
    >>> [round(rate, 3) for rate in history.rate(3600.0, prior=0.1, strength=1.0)]
    [0.24, 0.361, 0.366]
    """

    __slots__ = ("as_of", "failures", "runs")

    def __init__(self) -> None:
        self.as_of: float | None = None
        self.runs = [0.0] * len(HALF_LIVES_SECONDS)
        self.failures = [0.0] * len(HALF_LIVES_SECONDS)

    def update(self, at: float, failed: bool) -> None:
        """Count one run that ended at ``at`` (epoch seconds). Leave cancelled runs out: they are neither."""
        at = round(at, 6)
        if self.as_of is None or at > self.as_of:
            self._advance(at)
        runs, failures, age = self.runs, self.failures, self.as_of - at  # type: ignore[operator]
        for index, half_life in enumerate(HALF_LIVES_SECONDS):
            weight = 1.0 if age == 0.0 else 0.5 ** (age / half_life)
            runs[index] += weight
            if failed:
                failures[index] += weight

    def get(self, now: float) -> tuple[tuple[float, float], ...]:
        """(runs, failures) per half-life as they weigh at ``now``; a ``now`` before the last run does not forget."""
        age = 0.0 if self.as_of is None else max(now - self.as_of, 0.0)
        if age == 0.0:
            return tuple(zip(self.runs, self.failures, strict=True))
        kept = [0.5 ** (age / half_life) for half_life in HALF_LIVES_SECONDS]
        return tuple((r * k, f * k) for r, f, k in zip(self.runs, self.failures, kept, strict=True))

    def rate(self, now: float, prior: float, strength: float) -> tuple[float, ...]:
        """Failure rate per half-life at ``now``, shrunk: ``prior`` counts as ``strength`` further runs."""
        return tuple((f + prior * strength) / (r + strength) for r, f in self.get(now))

    def merge(self, other: Self) -> Self:
        """The history of both: each decayed to the later ``as_of``, then added. Commutative."""
        merged = type(self)()
        moments = [history.as_of for history in (self, other) if history.as_of is not None]
        if not moments:
            return merged
        merged.as_of = max(moments)
        pairs = zip(self.get(merged.as_of), other.get(merged.as_of), strict=True)
        for index, ((runs, failures), (more_runs, more_failures)) in enumerate(pairs):
            merged.runs[index] = runs + more_runs
            merged.failures[index] = failures + more_failures
        return merged

    def to_json(self) -> dict[str, Any]:
        """``{"as_of": ISO 8601 or null, "runs": [..], "failures": [..]}``."""
        as_of = None if self.as_of is None else datetime.fromtimestamp(self.as_of, UTC).isoformat()
        return {"as_of": as_of, "runs": list(self.runs), "failures": list(self.failures)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Self:
        """Read `to_json`'s value; further keys are ignored and None is an empty history.

        Raises:
            ValueError: the lists do not have one finite number per half-life, or ``as_of`` is no time.
        """
        history = cls()
        if value is None or value.get("as_of") is None:
            return history
        as_of = value["as_of"]
        moment = datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        history.as_of = (moment - _EPOCH).total_seconds()
        history.runs = _counts(value["runs"])
        history.failures = _counts(value["failures"])
        return history

    def _advance(self, at: float) -> None:
        if self.as_of is not None:
            kept = [0.5 ** ((at - self.as_of) / half_life) for half_life in HALF_LIVES_SECONDS]
            self.runs = [count * keep for count, keep in zip(self.runs, kept, strict=True)]
            self.failures = [count * keep for count, keep in zip(self.failures, kept, strict=True)]
        self.as_of = at


def _counts(values: Sequence[object]) -> list[float]:
    counts = [float(value) for value in values]  # type: ignore[arg-type]
    if len(counts) != len(HALF_LIVES_SECONDS) or not all(0.0 <= count < 1e15 for count in counts):
        raise ValueError(f"an outcome history has {len(HALF_LIVES_SECONDS)} counts of at least 0, not {values!r:.80}")
    return counts
