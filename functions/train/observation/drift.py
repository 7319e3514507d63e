"""How far numbers have moved from what a model was trained on: the population stability index."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from functions.train.quality import Array

BINS = 10
# The usual reading of the index (Siddiqi, Credit Risk Scorecards, 2006): below 0.1 nothing moved, above 0.25 much did.
MOVED, DRIFTED = 0.1, 0.25
# So many windows of the history, or more, say what is usual. As many as bins, so that the last one lies where a number
# that only grows has its largest tenth: a counter is no drift.
WINDOWS, MIN_WINDOW, MAX_WINDOW = 10, 100, 500
# Student's t with 9 degrees of freedom at 0.9999: with fifty features a false alarm is one look in two hundred.
T_9999 = 6.01
_LEAST_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class Reference:
    """What a number looked like in training: the shares between edges, and up to which index a window is ``usual``.

    A history wanders: counters grow, a day's runs are of one hour, an average of a week moves slowly. What its own
    windows had is its measure (the prediction interval of one more window).
    """

    edges: Sequence[float]
    shares: Sequence[float]
    rows: int
    usual: float = 0.0

    @classmethod
    def of(cls, values: Array, *, window: int) -> Self:
        """From training values [n], in the order of time. Bins hold a tenth each; a value that makes up more has its
        own, so that 5 % zeros among ones are seen to become 50 %."""
        tenths, times = np.unique(np.quantile(values, np.arange(1, BINS) / BINS), return_counts=True)
        edges = np.union1d(tenths, np.nextafter(tenths[times > 1], -np.inf))
        plain = cls(edges.tolist(), _shares(values, edges).tolist(), len(values))
        windows = [plain.index(values[end - window : end]) for end in range(len(values), window - 1, -window)]
        spread = float(np.std(windows, ddof=1)) * math.sqrt(1.0 + 1.0 / len(windows))
        return cls(plain.edges, plain.shares, plain.rows, float(np.mean(windows)) + T_9999 * spread)

    def index(self, values: Array) -> float:
        """The population stability index of ``values`` [m] against the reference, less what chance alone makes of it.

        ``sum (q - p) * ln(q / p)`` over the bins; without any drift it is (bins - 1) * (1/n + 1/m) on average (Yurdakul
        2018). Shares of 0.5 and 0.5 that become 0.9 and 0.1 give 0.4 * ln 1.8 + 0.4 * ln 5 = 0.879:

        >>> half = Reference([0.0], [0.5, 0.5], 10**9)
        >>> round(half.index(np.repeat([-1.0, 1.0], [900_000, 100_000])), 3)
        0.879
        """
        expected = np.maximum(np.array(self.shares), _LEAST_SHARE)
        found = np.maximum(_shares(values, np.array(self.edges)), _LEAST_SHARE)
        index = float(np.sum((found - expected) * np.log(found / expected)))
        by_chance = (np.count_nonzero(self.shares) - 1) * (1.0 / self.rows + 1.0 / len(values))
        return max(index - float(by_chance), 0.0)

    def drift(self, values: Array) -> float:
        """The index beyond what is usual."""
        return max(self.index(values) - self.usual, 0.0)


def reference_document(names: Sequence[str], features: Array, answers: Array) -> dict[str, Any]:
    """What is kept of the training data, [n, features] in the order of time, and of the model's answers [n] to it;
    nothing below 1,000 runs, which do not say what is usual."""
    window = min(len(features) // WINDOWS, MAX_WINDOW)
    if window < MIN_WINDOW:
        return {}
    return {
        "window": window,
        # A list: a JSON object comes back from Postgres in another order.
        "features": [
            {"name": name, **asdict(Reference.of(features[:, place], window=window))}
            for place, name in enumerate(names)
        ],
        "answers": asdict(Reference.of(_said(answers), window=window)),
    }


def feature_drift(reference: Mapping[str, Any], features: Array) -> dict[str, float]:
    """The drift of every feature that moved in the last window of ``features`` [m, features], largest first."""
    window = reference.get("window", 0)
    if not window or len(features) < window:
        return {}
    found = [
        (round(_reference(document).drift(features[-window:, place]), 4), document["name"])
        for place, document in enumerate(reference["features"])
    ]
    return {name: drift for drift, name in sorted(found, reverse=True) if drift > MOVED}


def answer_drift(reference: Mapping[str, Any], answers: Array) -> float:
    """The drift of the last window of a model's answers [m]; 0 where there are fewer."""
    window = reference.get("window", 0)
    if not window or len(answers) < window:
        return 0.0
    return round(_reference(reference["answers"]).drift(_said(answers[-window:])), 4)


def _reference(document: Mapping[str, Any]) -> Reference:
    return Reference(document["edges"], document["shares"], document["rows"], document["usual"])


def _said(answers: Array) -> Array:
    """To a thousandth: a graph answers to 1e-5 what the trained model does, and equal answers must be equal."""
    return np.round(answers, 3)


def _shares(values: Array, edges: Array) -> Array:
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    shares: Array = counts / len(values)
    return shares
