"""What counts as strange for a measure: its direction, the least change worth a word, and its unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from shared.row_values import magnitude

Side = Literal["above", "below", "both", "off"]
_SIDES = ("above", "below", "both", "off")


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """``min_change_percent`` is relative to the usual value, ``min_change`` in the measure's unit; both must hold."""

    label: str
    unit: str
    side: Side
    min_change_percent: float = 0.0
    min_change: float = 0.0

    def matters(self, value: float, usual: float) -> bool:
        """Whether the change from the usual value is in a watched direction and large enough."""
        change = value - usual
        if self.side == "off" or (change > 0 and self.side == "below") or (change < 0 and self.side == "above"):
            return False
        size = abs(change)
        # Half is as far as double: a fall is measured against where it ended.
        reference = min(abs(usual), abs(value)) if change < 0 and usual > 0 and value > 0 else abs(usual)
        return size >= self.min_change and size * 100.0 >= self.min_change_percent * reference


KINDS: Mapping[str, MeasureKind] = {
    "duration_seconds": MeasureKind("took", "seconds", "both", 50.0, 10.0),
    "data_volume_mb": MeasureKind("moved", "MB", "both", 50.0, 1.0),
    "rows_processed": MeasureKind("processed", "rows", "both", 50.0, 10.0),
    "cpu_percent": MeasureKind("used", "% CPU", "above", 25.0, 15.0),
    "memory_mb": MeasureKind("used memory of", "MB", "above", 30.0, 16.0),
    "memory_percent": MeasureKind("used memory of", "%", "above", 15.0, 10.0),
    "latency_ms": MeasureKind("had a latency of", "ms", "above", 50.0, 5.0),
    "throughput_per_minute": MeasureKind("had a throughput of", "per minute", "below", 30.0, 1.0),
}
_MAX_LABEL_CHARACTERS = 60


def kind_of(name: str, overrides: Mapping[str, Any]) -> MeasureKind:
    """The kind of a measure, with the pipeline's own settings for it.

    ``overrides`` is ``config["detection"]``: ``{"memory_mb": {"direction": "both", "min_change_percent": 80,
    "min_change": 500}}``. A setting that cannot be read is ignored. A measure without a kind of its own is watched on
    both sides.

    >>> kind_of("memory_mb", {"memory_mb": {"direction": "off"}}).side, kind_of("queue depth", {}).label
    ('off', 'queue depth was')
    """
    kind = KINDS.get(name) or MeasureKind(f"{name[:_MAX_LABEL_CHARACTERS]} was", "", "both")
    override = overrides.get(name) if overrides else None
    if not isinstance(override, Mapping):
        return kind
    side = override.get("direction")
    percent, change = magnitude(override.get("min_change_percent")), magnitude(override.get("min_change"))
    return replace(
        kind,
        side=side if side in _SIDES else kind.side,
        min_change_percent=kind.min_change_percent if percent is None else percent,
        min_change=kind.min_change if change is None else change,
    )
