import doctest
from datetime import UTC, datetime, timedelta

import pytest

import local.schedule
from local.schedule import ScheduleError, next_run
from local.scheduler import Job, Timetable

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SWEEP = Job(id=1, schedule="10 seconds", command="select engine.sweep()", username="postgres")
HOURLY = Job(id=2, schedule="17 * * * *", command="select 1", username="postgres")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_the_docstring_is_true():
    assert doctest.testmod(local.schedule).failed == 0


@pytest.mark.parametrize("schedule", ["", "0 seconds", "60 seconds", "* * *", "61 * * * *", "0 0 31 2 *", "soon"])
def test_a_schedule_that_never_runs_is_refused(schedule: str):
    with pytest.raises(ScheduleError):
        next_run(schedule, after=NOON)


def test_a_job_runs_every_interval_from_when_it_was_first_seen():
    timetable = Timetable()
    assert timetable.start_due([SWEEP], now=at(0)) == []
    assert timetable.start_due([SWEEP], now=at(9.9)) == []
    assert timetable.start_due([SWEEP], now=at(10)) == [SWEEP]
    timetable.ended(SWEEP.id)
    assert timetable.start_due([SWEEP], now=at(19.9)) == []
    assert timetable.start_due([SWEEP], now=at(20)) == [SWEEP]


def test_a_job_never_runs_beside_itself_and_makes_up_for_missed_turns_once():
    timetable = Timetable()
    timetable.start_due([SWEEP], now=at(0))
    assert timetable.start_due([SWEEP], now=at(10)) == [SWEEP]
    assert timetable.start_due([SWEEP], now=at(45)) == []
    timetable.ended(SWEEP.id)
    assert timetable.start_due([SWEEP], now=at(46)) == [SWEEP]
    timetable.ended(SWEEP.id)
    assert timetable.start_due([SWEEP], now=at(47)) == []


def test_a_slow_job_does_not_keep_another_from_its_turn():
    timetable = Timetable()
    timetable.start_due([SWEEP, HOURLY], now=at(0))
    assert timetable.start_due([SWEEP, HOURLY], now=at(10)) == [SWEEP]
    assert timetable.start_due([SWEEP, HOURLY], now=at(17 * 60)) == [HOURLY]


def test_a_changed_schedule_counts_from_the_change():
    timetable = Timetable()
    timetable.start_due([SWEEP], now=at(0))
    changed = SWEEP._replace(schedule="30 seconds")
    assert timetable.start_due([changed], now=at(9)) == []
    assert timetable.start_due([changed], now=at(38)) == []
    assert timetable.start_due([changed], now=at(39)) == [changed]


def test_a_broken_schedule_does_not_stop_the_others():
    timetable = Timetable()
    broken = Job(id=3, schedule="0 0 31 2 *", command="select 1", username="postgres")
    timetable.start_due([broken, SWEEP], now=at(0))
    assert timetable.start_due([broken, SWEEP], now=at(10)) == [SWEEP]


def test_it_sleeps_no_longer_than_until_the_next_turn():
    timetable = Timetable()
    timetable.start_due([SWEEP], now=at(0))
    assert timetable.seconds_until_next(at(0)) == 1.0
    assert timetable.seconds_until_next(at(9.8)) == pytest.approx(0.2)
