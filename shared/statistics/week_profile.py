"""How a measure's level differs by hour of the week, where earlier weeks foretold later ones."""

import base64
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from shared.statistics.stored import stored_count, stored_number, stored_text

SLOTS = 168
WEEK_SECONDS = 604800.0
_MONDAY = 345600.0  # 1 January 1970 was a Thursday: the first Monday came four days later
MIN_WEEKS = 2  # that a slot must have been seen in before it foretells
MIN_FORETOLD = 14
PROVEN, LOST = 0.7, 0.9  # of the error without the profile: below it counts, above it no longer does
_KEEP = 0.5 ** (1.0 / 100.0)  # errors are remembered with a half-life of 100 foretold slots
SHRINKAGE_WEEKS = 0.5
NEWEST_SHARE = 0.3
LARGEST = 50.0


class WeekProfile:
    """The mean deviation in each hour of the week (UTC), learned a week late: a slot counts once the week is over.

    Each week's first run in a slot that two earlier weeks know is foretold twice: by the profile, and by "as always".
    ``get`` is the profile's deviation once it had less than 70 % of the error over 14 such tests, until it has more
    than 90 %; otherwise 0. A measure without seasons does not pass, since the mean of a slot's noise foretells worse
    than nothing.

    >>> profile = WeekProfile()
    >>> for day in range(70):
    ...     changed = profile.update(day * 86400.0, 1.1 if day % 7 == 4 else 0.0)
    >>> round(profile.get(70 * 86400.0 + 4 * 86400.0), 2), profile.get(71 * 86400.0)
    (1.05, 0.0)
    """

    __slots__ = ("_foretold", "_is_proven", "_slots", "_with", "_without")

    def __init__(self) -> None:
        # Per slot: mean of the weeks before, how many they were, the week under way, its mean, its runs.
        self._slots: dict[int, list[float]] = {}
        self._foretold = 0
        self._with = self._without = 0.0
        self._is_proven = False

    @property
    def is_proven(self) -> bool:
        """Whether the profile counts."""
        return self._is_proven

    def get(self, at: float) -> float:
        """The usual deviation of a run that starts at ``at`` (epoch seconds); 0 where no season is proven."""
        return self._of_slot(at) or 0.0 if self._is_proven else 0.0

    def update(self, at: float, deviation: float) -> bool:
        """Learn how far a run's value lay from its level; answers whether ``get`` now counts where it did not, or the
        other way round."""
        week, slot = _week_and_slot(at)
        deviation = min(max(deviation, -LARGEST), LARGEST)
        entry = self._slots.setdefault(slot, [0.0, 0.0, week, 0.0, 0.0])
        was_proven = self._is_proven
        if entry[2] != week:
            self._close(entry, week)
            foretold = self._of_slot(at)
            if foretold is not None:
                self._test(foretold, deviation)
        entry[4] = min(entry[4] + 1.0, 255.0)
        entry[3] = _stored(entry[3] + (deviation - entry[3]) / entry[4])
        return self._is_proven != was_proven

    def _close(self, entry: list[float], week: float) -> None:
        weeks = min(entry[1] + 1.0, 255.0)
        entry[0] = _stored(entry[0] + (entry[3] - entry[0]) * max(1.0 / weeks, NEWEST_SHARE))
        entry[1:] = [weeks, week, 0.0, 0.0]

    def _of_slot(self, at: float) -> float | None:
        week, slot = _week_and_slot(at)
        entry = self._slots.get(slot)
        if entry is None:
            return None
        mean, weeks, current, newest, runs = entry
        if current != week and runs:
            weeks += 1.0
            mean += (newest - mean) * max(1.0 / weeks, NEWEST_SHARE)
        return mean * weeks / (weeks + SHRINKAGE_WEEKS) if weeks >= MIN_WEEKS else None

    def _test(self, foretold: float, deviation: float) -> None:
        self._with = self._with * _KEEP + abs(deviation - foretold)
        self._without = self._without * _KEEP + abs(deviation)
        self._foretold = min(self._foretold + 1, 1000)
        if self._foretold >= MIN_FORETOLD:
            self._is_proven = self._with < (LOST if self._is_proven else PROVEN) * self._without

    def to_json(self) -> dict[str, Any]:
        """``{"slots", "means", "tests"}``: slot numbers, base64 of what is known of each, and how the tests went."""
        rows = np.array(list(self._slots.values()), "<f4")
        return {
            "slots": list(self._slots),
            "means": base64.b64encode(rows.tobytes()).decode("ascii"),
            "tests": [self._foretold, self._with, self._without, self._is_proven],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: it does not fit together, or a number in it is not finite.
        """
        profile = cls()
        packed = np.frombuffer(base64.b64decode(stored_text(value["means"]), validate=True), "<f4")
        rows = packed.astype(np.float64).reshape(-1, 5)
        slots = [stored_count(slot) for slot in value["slots"]]
        if len(slots) != len(rows) or len(slots) > SLOTS or not np.isfinite(rows).all() or (rows[:, 1:2] < 0.0).any():
            raise ValueError("a stored profile holds five finite numbers for each slot of the week")
        profile._slots = {slot: row.tolist() for slot, row in zip(slots, rows, strict=True)}
        foretold, with_profile, without, is_proven = value["tests"]
        profile._foretold = stored_count(foretold)
        profile._with, profile._without = stored_number(with_profile), stored_number(without)
        profile._is_proven = bool(is_proven)
        return profile


def _week_and_slot(at: float) -> tuple[float, int]:
    week, second = divmod(at - _MONDAY, WEEK_SECONDS)
    return week, int(second // 3600.0)


def _stored(number: float) -> float:
    return float(np.float32(number))
