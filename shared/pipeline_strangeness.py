"""How strange a pipeline's runs are as a whole, and how strange one must be to be an alarm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from shared.short_key import short_key
from shared.statistics.alarm_budget import AlarmBudget

if TYPE_CHECKING:
    from shared.statistics.column_scale import LeastChange
    from shared.statistics.neighbourhood import Neighbourhood


@dataclass(frozen=True, slots=True)
class Strangeness:
    """What detection found of a run, to be learned: how strange it was before the pipeline's own level is applied (1 is
    an alarm), and from which change on its measures matter."""

    value: float
    least_change: "LeastChange | None" = None


class PipelineStrangeness:
    """The ordinary runs as rows of measures (``neighbourhood``), and the alarms that the pipeline gave (``budget``).

    Only detection learns it. Without a run it holds nothing, and no NumPy is imported.
    """

    __slots__ = ("budget", "neighbourhood")

    def __init__(self) -> None:
        self.budget = AlarmBudget()
        self.neighbourhood: Neighbourhood | None = None

    def together(self, values: Mapping[str, float]) -> float | None:
        """How strange measures, by name, are together: an alarm begins at 1. None where too little is known."""
        return None if self.neighbourhood is None else self.neighbourhood.get(keyed(values))

    def update(self, values: Mapping[str, float], found: Strangeness, *, failed: bool, anomalous: bool) -> None:
        """Learn an ended run. Its measures count as ordinary only if it neither failed nor was an anomaly."""
        self.budget.update(found.value)
        if failed or not values:
            return
        if self.neighbourhood is None:
            from shared.statistics.neighbourhood import Neighbourhood

            self.neighbourhood = Neighbourhood()
        self.neighbourhood.update(keyed(values), found.least_change, withhold=anomalous)

    def to_json(self) -> dict[str, Any]:
        """``{"budget", "neighbourhood"}``."""
        return {
            "budget": self.budget.to_json(),
            "neighbourhood": None if self.neighbourhood is None else self.neighbourhood.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Self:
        """Read `to_json`'s value; a state that was stored without one knows nothing yet."""
        strangeness = cls()
        if value is None:
            return strangeness
        strangeness.budget = AlarmBudget.from_json(value["budget"])
        if value["neighbourhood"] is not None:
            from shared.statistics.neighbourhood import Neighbourhood

            strangeness.neighbourhood = Neighbourhood.from_json(value["neighbourhood"])
        return strangeness


def keyed(values: Mapping[str, float]) -> dict[str, float]:
    """The values under the keys that stored state knows them by."""
    return {short_key(name): value for name, value in values.items()}
