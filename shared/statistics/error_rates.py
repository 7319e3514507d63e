"""How often a pipeline fails, and with which error: usually, and lately."""

import math
from collections.abc import Mapping
from typing import Any, Self

from shared.statistics.stored import stored_numbers

USUAL_HALF_LIFE_RUNS, RECENT_HALF_LIFE_RUNS = 200.0, 20.0
PRIOR_RATE, PRIOR_RUNS = 0.1, 4.0
MAX_ERRORS, PRIOR_COUNT = 8, 0.5
_KEEP_USUAL, _KEEP_RECENT = 0.5 ** (1.0 / USUAL_HALF_LIFE_RUNS), 0.5 ** (1.0 / RECENT_HALF_LIFE_RUNS)
_FORGOTTEN = 0.01
_RECENT_RUNS = 1.0 / (1.0 - _KEEP_RECENT)


class ErrorRates:
    """Fading counts of runs, of failures, and of the last eight errors.

    ``evidence`` is how much more likely the recent count k is at its own rate than at the usual one, where m were to be
    expected: ``k ln(k / m) - (k - m)``, the Poisson log-likelihood ratio (Kulldorff 1997), for all failures and for one
    error. An error never seen counts as half a one of the failures so far.

    >>> rates = ErrorRates()
    >>> for run in range(400):
    ...     rates.update(run % 50 == 0, "disk full" if run % 50 == 0 else "")
    >>> [round(each, 1) for each in rates.evidence("disk full")], [round(each, 1) for each in rates.evidence("new")]
    ([0.3, 0.6], [0.3, 2.8])
    """

    __slots__ = ("_errors", "_failures", "_recent", "_runs")

    def __init__(self) -> None:
        self._runs = self._failures = self._recent = 0.0
        self._errors: dict[str, list[float]] = {}  # usual and recent count, least recently seen first

    @property
    def usual(self) -> float:
        """The failure rate of the last 300 runs or so; 0.1 counts as four further runs."""
        return (self._failures + PRIOR_RATE * PRIOR_RUNS) / (self._runs + PRIOR_RUNS)

    def evidence(self, error: str) -> tuple[float, float]:
        """For a further failure: from all failures, and from those with this error ("": it said nothing, 0)."""
        runs = min(self._runs + 1.0, _RECENT_RUNS)
        of_all = _likelihood_ratio(self._recent * _KEEP_RECENT + 1.0, self.usual * runs)
        if not error:
            return of_all, 0.0
        usual, recent = self._errors.get(error, (0.0, 0.0))
        known = sum(each[0] for each in self._errors.values()) + PRIOR_COUNT * (MAX_ERRORS + 1.0)
        share = (max(usual - recent, 0.0) + PRIOR_COUNT) / known
        return of_all, _likelihood_ratio(recent * _KEEP_RECENT + 1.0, share * self.usual * runs)

    def update(self, failed: bool, error: str, *, learn: bool = True) -> None:
        """Learn an outcome; without ``learn`` it counts as recent alone."""
        self._recent = round(self._recent * _KEEP_RECENT + float(failed), 4)
        for counts in self._errors.values():
            counts[1] = round(counts[1] * _KEEP_RECENT, 4) if counts[1] > _FORGOTTEN else 0.0
        if error:
            usual, recent = self._errors.pop(error, [0.0, 0.0])
            if len(self._errors) >= MAX_ERRORS:
                del self._errors[next(iter(self._errors))]
            self._errors[error] = [min(usual + float(learn), 1e6), round(recent + 1.0, 4)]
        if learn:
            self._runs = round(self._runs * _KEEP_USUAL + 1.0, 4)
            self._failures = round(self._failures * _KEEP_USUAL + float(failed), 4)

    def to_json(self) -> dict[str, Any]:
        """``{"counts": [runs, failures, recent failures], "errors": {error: [usual, recent]}}``."""
        errors = {error: list(counts) for error, counts in self._errors.items()}
        return {"counts": [self._runs, self._failures, self._recent], "errors": errors}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value."""
        rates = cls()
        runs, failures, recent = (max(each, 0.0) for each in stored_numbers(value["counts"], 3))
        rates._runs, rates._failures, rates._recent = runs, min(failures, runs), recent
        for error, counts in list(value["errors"].items())[-MAX_ERRORS:]:
            rates._errors[str(error)] = [max(each, 0.0) for each in stored_numbers(counts, 2)]
        return rates


def _likelihood_ratio(count: float, expected: float) -> float:
    return count * math.log(count / expected) - (count - expected) if count > expected else 0.0
