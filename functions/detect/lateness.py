"""When the next run of a pipeline is expected, and from when on its absence is late, then missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.row_values import number

Source = Literal["schedule", "rhythm"]
MAX_GRACE_SECONDS = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected run, and the one after it. Moments are aware.

    A run that starts up to ``early_seconds`` before ``expected_at`` is that run. From ``late_after`` on it is late;
    from ``missing_after`` on, when the next one is late too, it is missing. ``usual`` says how punctual it usually is.
    """

    source: Source
    expected_at: datetime
    late_after: datetime
    next_expected_at: datetime
    missing_after: datetime
    early_seconds: float
    usual: str


@dataclass(frozen=True, slots=True)
class LatenessSettings:
    """What a pipeline's config says: ``{"timezone": …, "detection": {"lateness": {"grace_seconds": …, "off": true}}}``.

    A setting that cannot be read is ignored. ``off`` switches late, missing and stuck off together.
    """

    zone: str = "UTC"
    grace_seconds: float | None = None
    off: bool = False

    @classmethod
    def of(cls, pipeline: Mapping[str, Any]) -> "LatenessSettings":
        """The settings of a pipeline as the database describes it.

        >>> LatenessSettings.of({"config": {"detection": {"lateness": {"grace_seconds": 600}}}}).grace_seconds
        600.0
        >>> LatenessSettings.of({"config": {"detection": "none", "timezone": 7}})
        LatenessSettings(zone='UTC', grace_seconds=None, off=False)
        """
        config = _entries(pipeline.get("config"))
        zone = config.get("timezone")
        lateness = _entries(_entries(config.get("detection")).get("lateness"))
        grace = number(lateness.get("grace_seconds"))
        return cls(
            zone=zone if isinstance(zone, str) and zone.strip() else "UTC",
            grace_seconds=None if grace is None or grace < 0.0 else min(grace, MAX_GRACE_SECONDS),
            off=lateness.get("off") is True,
        )


def _entries(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
