"""The columns of the conditional baselines: what takes part, and each run as one row of logarithms."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from shared.conditional_column import ConditionalColumn
from shared.measures import Measures
from shared.short_key import short_key
from shared.statistics.covariation import Covariation, Floats
from shared.statistics.stored import stored_text

MAX_MEASURES, MAX_DECLARED, MAX_WITH_HISTORY = 10, 4, 4
MIN_RUNS = 8
_DECLARED = "="  # stands before the key of what was declared


class Placed(NamedTuple):
    """A column, its place in the row, and the place of its recent level (None: without)."""

    column: ConditionalColumn
    place: int
    level_place: int | None


class ConditionalColumns:
    """At most ten measures and four declared numbers, those that came first. The first four measures take part with
    their recent level too, and are watched by hour of the week.

    A column begins once the plain baseline of the same name knows eight values.
    """

    __slots__ = ("_placed", "_remembered", "covariation")

    def __init__(self) -> None:
        self.covariation = Covariation()
        self._placed: dict[str, Placed] = {}
        self._remembered: tuple[bytes, Floats] | None = None

    def get(self, name: str) -> Placed | None:
        """The column of a measure."""
        return self._placed.get(short_key(name))

    def row(self, values: Mapping[str, float], declared: Mapping[str, float], at: float) -> Floats:
        """Logarithms less the season of a run that starts at ``at`` (epoch seconds); NaN where nothing is known."""
        row = np.full(len(self.covariation.mean), np.nan)
        keyed = {short_key(name): value for name, value in values.items()}
        keyed |= {_DECLARED + short_key(name): value for name, value in declared.items()}
        for key, (column, place, level_place) in self._placed.items():
            if level_place is not None:
                row[level_place] = column.level
            if key in keyed:
                row[place] = column.logarithm(keyed[key]) - column.season(at)
        return row

    def residuals(self, row: Floats) -> Floats:
        """What is unexpected about each value of a row. A run is scored and then learned: the last answer is kept."""
        key = row.tobytes()
        if self._remembered is None or self._remembered[0] != key:
            self._remembered = key, self.covariation.residuals(row)
        return self._remembered[1]

    def learn(self, row: Floats) -> None:
        """Learn how the columns of an ordinary run go together."""
        self.covariation.update(row)
        self._remembered = None

    def move(self, name: str, by: float) -> None:
        """The level of a measure has moved."""
        placed = self.get(name)
        if placed is None:
            return
        self.covariation.move(placed.place, by)
        if placed.level_place is not None:
            self.covariation.move(placed.level_place, by)
            placed.column.level += by
        self._remembered = None

    def admit(
        self, values: Mapping[str, float], medians: Measures, declared: Mapping[str, float], usual_declared: Measures
    ) -> None:
        """Begin the columns that there is room for."""
        measures = sum(not key.startswith(_DECLARED) for key in self._placed)
        room = MAX_MEASURES - measures, MAX_DECLARED - (len(self._placed) - measures)
        self._admit(values, medians, "", room=room[0])
        self._admit(declared, usual_declared, _DECLARED, room=room[1])

    def _admit(self, values: Mapping[str, float], medians: Measures, prefix: str, *, room: int) -> None:
        for name in values:
            key = prefix + short_key(name)
            measure = None if room <= 0 or key in self._placed else medians.measure(name)
            if measure is None or len(measure.baseline.values) < MIN_RUNS:
                continue
            room -= 1
            with_history = not prefix and MAX_MEASURES - room <= MAX_WITH_HISTORY
            column, logarithms = ConditionalColumn.of_window(measure.baseline.values, seasonal=with_history)
            self._begin(key, column, float(np.mean(logarithms)), float(np.var(logarithms)))

    def _begin(self, key: str, column: ConditionalColumn, mean: float, variance: float) -> None:
        place = self.covariation.add(mean, variance)
        level_place = None if column.profile is None else self.covariation.add(mean, variance)
        self._placed[key] = Placed(column, place, level_place)

    def to_json(self) -> dict[str, Any]:
        """The covariation, and key and parts of each column in the order of their places."""
        columns = [[key, placed.column.to_json()] for key, placed in self._placed.items()]
        return {"covariation": self.covariation.to_json(), "columns": columns}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `to_json`'s value.

        Raises:
            ValueError: the columns do not fit the covariation.
        """
        columns, entries = cls(), value["columns"]
        if not isinstance(entries, Sequence) or len(entries) > MAX_MEASURES + MAX_DECLARED:
            raise ValueError(f"stored columns are a list of at most {MAX_MEASURES + MAX_DECLARED}")
        for key, parts in entries:
            columns._begin(stored_text(key), ConditionalColumn.from_json(parts), 0.0, 0.0)
        covariation = Covariation.from_json(value["covariation"])
        if len(covariation.mean) != len(columns.covariation.mean):
            raise ValueError("the stored columns do not fit their covariation")
        columns.covariation = covariation
        return columns
