"""Schedules: what is due when, across clock changes, and what cannot be waited for."""

import time
from contextlib import suppress
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.detect.lateness_schedule import ScheduleFault, parse_schedule
from tests.unit.detect.lateness_runs import berlin, utc


def due(cron: str, after: datetime, count: int, zone: str = "Europe/Berlin") -> list[datetime]:
    schedule, found = parse_schedule(cron, zone), []
    for _ in range(count):
        after = schedule.after(after)
        found.append(after)
    return found


def test_a_time_in_the_hour_that_is_skipped_is_due_when_it_is_over() -> None:
    assert due("30 2 * * *", utc("2026-03-28 12:00"), 2) == [utc("2026-03-29 01:00"), utc("2026-03-30 00:30")]


def test_a_time_in_the_hour_that_comes_twice_is_due_the_first_time_only() -> None:
    assert due("30 2 * * *", utc("2026-10-24 12:00"), 2) == [utc("2026-10-25 00:30"), utc("2026-10-26 01:30")]


def test_asked_in_the_second_pass_of_the_doubled_hour_it_does_not_answer_with_the_first() -> None:
    assert due("30 2 * * *", berlin("2026-10-25 02:10", fold=1), 1) == [berlin("2026-10-26 02:30")]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_schedule_by_steps_goes_on_through_a_clock_change(day: str) -> None:
    found = due("*/30 * * * *", berlin(f"{day} 00:00"), 12)
    assert {(later - sooner).total_seconds() for sooner, later in pairwise(found)} == {1800.0}


def test_the_zone_in_front_wins() -> None:
    assert due("CRON_TZ=America/New_York 0 3 * * *", utc("2026-11-24 12:00"), 1) == [utc("2026-11-25 08:00")]
    assert due("TZ=UTC @daily", utc("2026-11-24 12:00"), 1) == [utc("2026-11-25 00:00")]


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 feb */2", "TZ=Europe/Berlin 0 0 30 2 *"])
def test_a_day_that_never_comes_is_a_sentence(cron: str) -> None:
    with pytest.raises(ScheduleFault, match=r"never matches: its months do not have that day\. Correct "):
        parse_schedule(cron)


def test_a_day_that_comes_every_28_years_is_found() -> None:
    assert due("0 0 * 2 MON#5", utc("2026-11-24 12:00"), 1, "UTC") == [utc("2044-02-29 00:00")]


@pytest.mark.parametrize(
    "cron", ["", "tonight", "* * * *", "61 * * * *", "0 0 31 2 ?", "30 seconds", "@reboot", "1," * 99, "0 0 L-3 * *"]
)
def test_what_is_no_schedule_is_a_sentence(cron: str) -> None:
    with pytest.raises(ScheduleFault, match=r"cannot be read .*Write five cron fields"):
        parse_schedule(cron)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Europe", "a\0b", "", "x" * 5000])
def test_a_zone_that_is_none_is_a_sentence_and_remembered(zone: str) -> None:
    for _ in range(2):
        with pytest.raises(ScheduleFault, match="There is no time zone"):
            parse_schedule("0 3 * * *", zone)
    began = time.process_time()
    for _ in range(200):
        with pytest.raises(ScheduleFault):
            parse_schedule("0 3 * * *", zone)
    assert time.process_time() - began < 1.0


@given(st.text(st.sampled_from("0123456789*/,-#LWMONFEB ?@"), max_size=40))
def test_whatever_it_says_it_is_a_schedule_or_a_sentence(cron: str) -> None:
    now = utc("2026-11-24 12:00")
    with suppress(ScheduleFault):
        assert parse_schedule(cron).after(now) > now
