"""What is expected of a pipeline next: when it starts, and how long a run may go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.detect.lateness import Expected, LatenessSettings
from functions.detect.lateness_by_rhythm import NoRhythm, by_rhythm
from functions.detect.lateness_by_schedule import by_schedule
from functions.detect.lateness_schedule import Schedule, ScheduleFault, parse_schedule
from functions.detect.lateness_stuck import stuck_after_seconds, usual_duration
from shared.pipeline_state import PipelineState


@dataclass(frozen=True, slots=True)
class Expectation:
    """``expected`` is None where no run is waited for; ``note`` says why. ``schedule_fault`` is the owner's to mend."""

    expected: Expected | None
    note: str
    schedule_fault: str | None
    last_start: datetime | None
    stuck_after_seconds: float | None
    usual_duration: str

    def row(self) -> dict[str, Any]:
        """Flat and plain, as the database takes it."""
        expected = self.expected
        moments = ("expected_at", "late_after", "next_expected_at", "missing_after")
        return {
            "source": None if expected is None else expected.source,
            **{name: None if expected is None else _iso(getattr(expected, name)) for name in moments},
            "early_seconds": None if expected is None else round(expected.early_seconds, 3),
            "usual_start": "" if expected is None else expected.usual,
            "note": self.note,
            "schedule_fault": self.schedule_fault,
            "last_start": _iso(self.last_start),
            "stuck_after_seconds": None if self.stuck_after_seconds is None else round(self.stuck_after_seconds, 3),
            "usual_duration": self.usual_duration,
        }


def expectation_of(
    pipeline: Mapping[str, Any], state: PipelineState, *, now: datetime, since: datetime | None = None
) -> Expectation:
    """What is expected after what is known. Pure; never raises on a schedule or a config, whatever they hold.

    By the schedule where there is one that can be read, otherwise by the learned rhythm. ``since`` is when the schedule
    was set or changed: nothing before it is waited for.
    """
    settings = LatenessSettings.of(pipeline)
    schedule, fault = _schedule(pipeline, settings)
    expected: Expected | None = None
    note = ""
    try:
        if settings.off:
            note = "switched off by config.detection.lateness"
        elif schedule is not None:
            expected = by_schedule(schedule, state.starts, now=now, since=since, grace_seconds=settings.grace_seconds)
        else:
            expected = by_rhythm(state.starts, now=now, since=since, grace_seconds=settings.grace_seconds)
    except NoRhythm as reason:
        note = str(reason)
    last = state.starts.last
    return Expectation(
        expected=expected,
        note=note,
        schedule_fault=fault,
        last_start=None if last is None else datetime.fromtimestamp(0.0, UTC) + timedelta(seconds=last),
        stuck_after_seconds=None if settings.off else stuck_after_seconds(pipeline, state),
        usual_duration=usual_duration(pipeline, state),
    )


def _schedule(pipeline: Mapping[str, Any], settings: LatenessSettings) -> tuple[Schedule | None, str | None]:
    """The pipeline's schedule, or what is wrong with it; neither where it has none."""
    cron = pipeline.get("schedule_cron")
    if not isinstance(cron, str) or not cron.strip():
        return None, None
    try:
        return parse_schedule(cron, settings.zone), None
    except ScheduleFault as fault:
        return None, str(fault)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
