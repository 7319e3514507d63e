"""From how strange a run is to its score, on the pipeline's own level."""

import math

from shared.statistics.alarm_budget import LARGEST

_POWER = 4
_MOST = 1000.0
_DAMPED = 0.1  # of the score just below an alarm, where the level is at its largest


def score_of(strangeness: float, alarm_from: float) -> float:
    """0.5 where the strangeness reaches ``alarm_from`` (1 to 10), and it never falls when the strangeness rises.

    From there on it is ``s**4 / (s**4 + 1)`` with ``s = strangeness / alarm_from``. Below 1, where no pipeline alarms,
    it is almost the same function of the strangeness alone, so that scores stay comparable while the level moves.

    >>> [round(score_of(strangeness, 1.0), 3) for strangeness in (0.5, 1.0, 2.0)]
    [0.059, 0.5, 0.941]
    >>> [round(score_of(strangeness, 2.0), 3) for strangeness in (0.5, 1.0, 1.5, 2.0, 4.0)]
    [0.057, 0.485, 0.494, 0.5, 0.941]
    """
    if strangeness >= alarm_from:
        return _weight(strangeness / alarm_from)
    level = math.log(alarm_from)
    damped = 1.0 - _DAMPED * level / LARGEST
    if strangeness <= 1.0:
        return damped * _weight(strangeness)
    below = 0.5 * damped
    return below + (0.5 - below) * math.log(strangeness) / level


def strangeness_of(weight: float) -> float:
    """The strangeness whose weight this is on the level 1: the inverse of ``s**4 / (s**4 + 1)``; at most 1,000.

    >>> round(strangeness_of(0.5), 3), round(strangeness_of(0.941), 2), strangeness_of(1.0)
    (1.0, 2.0, 1000.0)
    """
    if weight <= 0.0:
        return 0.0
    return min(float((weight / max(1.0 - weight, 1e-12)) ** (1.0 / _POWER)), _MOST)


def _weight(strangeness: float) -> float:
    power = min(strangeness, _MOST) ** _POWER
    return power / (power + 1.0)
