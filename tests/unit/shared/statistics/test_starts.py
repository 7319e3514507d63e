"""Whether a pipeline's starts are regular, and when the next one is expected at the latest."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.statistics.starts import Starts
from shared.statistics.weekly_gaps import WeeklyGaps

HOUR, DAY = 3600.0, 86400.0
MONDAY = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
JITTER = random.Random(7)


def watched(moments: Iterable[float]) -> tuple[Starts, list[float]]:
    """The starts learned, and the gaps (hours) that were called late while they were."""
    starts, late = Starts(), []
    for at in moments:
        gap = starts.get()
        if gap is not None and starts.is_regular and at > (starts.last or 0.0) + gap.expected + gap.grace:
            late.append((at - (starts.last or 0.0)) / HOUR)
        starts.update(at, ended=at + 60.0)
    return starts, late


def working_days(count: int) -> list[int]:
    return [day for day in range(count) if day % 7 < 5]


REGULAR = {
    "every hour": [MONDAY + HOUR * number + JITTER.gauss(0, 60) for number in range(1000)],
    "every five minutes": [MONDAY + 300 * number + JITTER.gauss(0, 10) for number in range(3000)],
    "every working day": [MONDAY + DAY * day + JITTER.gauss(0, 300) for day in working_days(200)],
    "at six and at nine": [MONDAY + DAY * day + hour * HOUR for day in range(60) for hour in (6, 9)],
    "every week": [MONDAY + 7 * DAY * week + JITTER.gauss(0, 600) for week in range(40)],
    "every month": [datetime(2024 + n // 12, n % 12 + 1, 1, 3, tzinfo=UTC).timestamp() for n in range(40)],
    "after midnight in Berlin": [
        (datetime(2026, 1, 5, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")) + timedelta(days=day)).timestamp()
        for day in working_days(365)
    ],
}


@pytest.mark.parametrize("name", REGULAR)
def test_a_regular_pipeline_is_watched_and_never_called_late(name: str) -> None:
    starts, late = watched(REGULAR[name])
    assert starts.is_regular
    assert late == []


def test_working_hours_are_learned_in_a_night_and_a_weekend() -> None:
    jitter = random.Random(11)
    hours = [
        MONDAY + DAY * day + 9 * HOUR + 300 * number + jitter.gauss(0, 10)
        for day in working_days(60)
        for number in range(96)
    ]
    starts, late = watched(hours)
    assert starts.is_regular
    assert [round(gap) for gap in late] == [16, 64]


@pytest.mark.parametrize("mean_seconds", [20, 60, 300, HOUR, DAY])
def test_starts_at_random_are_never_called_late(mean_seconds: float) -> None:
    at, moments, chance = MONDAY, [], random.Random(13)
    for _ in range(3000):
        at += chance.expovariate(1.0 / mean_seconds)
        moments.append(at)
    assert watched(moments)[1] == []


def test_a_pipeline_that_stops_is_late_after_a_quarter_of_its_gap() -> None:
    starts, _ = watched(REGULAR["every hour"])
    gap = starts.get()
    assert gap is not None
    assert HOUR < gap.expected + gap.grace < 1.4 * HOUR


def test_a_run_recorded_a_week_late_moves_nothing_but_the_last_end() -> None:
    starts, _ = watched(MONDAY + HOUR * number for number in range(20))
    before = starts.to_json()
    starts.update(MONDAY - 7 * DAY, ended=MONDAY - 7 * DAY + 60.0)
    assert starts.to_json() == before
    assert starts.moments()[-1] == MONDAY + 19 * HOUR
    assert len(starts.moments()) == 20


def test_a_history_recorded_long_after_is_no_slow_recorder() -> None:
    starts = Starts()
    for number in range(12):
        starts.update(MONDAY + HOUR * number, ended=MONDAY + HOUR * number, lag=365 * DAY)
    assert starts.usual_lag == 0.0


def test_a_long_gap_fades_from_its_hour_in_a_few_weeks() -> None:
    gaps = WeeklyGaps()
    gaps.update(MONDAY, 5 * DAY)
    seen = []
    for week in range(1, 12):
        gaps.update(MONDAY + week * 7 * DAY, DAY)
        seen.append((gaps.get(MONDAY) or 0.0) / DAY)
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == pytest.approx(1.0, rel=0.1)
