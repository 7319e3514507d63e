"""A measure that is not as usual, on one scale for all measures."""

from typing import NamedTuple

from functions.detect.measure_kinds import MeasureKind


class StrangeMeasure(NamedTuple):
    """A measure that changed in a watched direction. ``weight`` in 0..1: 0.5 is an alarm on its own.

    ``strangeness`` is signed: an alarm begins at +-1. ``deviation`` is the robust z against the pipeline's own median,
    signed and at most 50. Usual is what lies between ``low`` and ``high``: for the pipeline, or (``is_implied``) for a
    run that declared and measured what this one did besides.
    """

    name: str
    kind: MeasureKind
    value: float
    weight: float
    strangeness: float
    deviation: float
    low: float
    high: float
    is_implied: bool


def weight_of(strangeness: float) -> float:
    """``s**4 / (s**4 + 1)``: 0.5 where an alarm begins, 0.06 at half of that, 0.94 at double.

    >>> round(weight_of(1.0), 3), round(weight_of(-0.5), 3), round(weight_of(2.0), 3)
    (0.5, 0.059, 0.941)
    """
    power = min(abs(strangeness), 1e6) ** 4
    return power / (power + 1.0)
