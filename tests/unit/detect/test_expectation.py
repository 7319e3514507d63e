"""What is expected of a pipeline next, by its schedule and by its rhythm."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.detect.expectation import Expectation, expectation_of
from shared.pipeline_state import PipelineState
from tests.unit.detect.lateness_runs import berlin, every, learned, utc

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NIGHTLY = {"schedule_cron": "0 3 * * *", "config": {}}


def expected(pipeline: dict[str, Any], state: PipelineState, now, since=None) -> Expectation:
    return expectation_of(pipeline, state, now=now, since=since)


def test_a_scheduled_run_is_late_after_a_grace_by_the_delays_it_usually_has() -> None:
    nights = every(DAY, until=utc("2026-11-24 03:00"), count=12)
    starts = [night + (number % 3) * MINUTE for number, night in enumerate(nights)]
    found = expected(NIGHTLY, learned(starts), utc("2026-11-24 03:30")).expected
    assert found is not None
    assert found.expected_at == utc("2026-11-25 03:00")
    # Median 1 min and the floor of 15 min for a daily run.
    assert found.late_after == utc("2026-11-25 03:16")
    assert (found.next_expected_at, found.missing_after) == (utc("2026-11-26 03:00"), utc("2026-11-26 03:16"))
    assert found.usual == "usually starts within 2 min"


def test_a_pipeline_that_always_starts_long_after_its_schedule_gets_that_long() -> None:
    starts = every(DAY, until=utc("2026-11-24 03:40"), count=12)
    found = expected(NIGHTLY, learned(starts), utc("2026-11-24 04:00")).expected
    assert found is not None
    assert found.late_after == utc("2026-11-25 03:55")


def test_a_pipeline_recorded_when_it_ends_is_not_late_while_it_runs() -> None:
    starts = every(DAY, until=utc("2026-11-24 03:00"), count=12)
    state = learned(starts, minutes=60, recorded_minutes_later=60)
    found = expected(NIGHTLY, state, utc("2026-11-24 04:10")).expected
    assert found is not None
    assert found.late_after >= utc("2026-11-25 05:00")


def test_a_clock_that_is_ten_minutes_slow_does_not_make_a_run_of_its_own() -> None:
    starts = every(DAY, until=utc("2026-11-24 02:50"), count=12)
    found = expected(NIGHTLY, learned(starts), utc("2026-11-24 03:10")).expected
    assert found is not None
    assert found.expected_at == utc("2026-11-25 03:00")
    assert found.early_seconds >= 600.0


def test_before_any_run_the_next_one_after_the_schedule_was_set_is_expected() -> None:
    found = expected(NIGHTLY, PipelineState(), utc("2026-11-24 12:00"), utc("2026-11-24 11:59")).expected
    assert found is not None
    assert (found.expected_at, found.late_after) == (utc("2026-11-25 03:00"), utc("2026-11-25 03:30"))


def test_a_time_that_passes_while_a_run_goes_on_is_excused() -> None:
    hourly = {"schedule_cron": "0 * * * *", "config": {}}
    state = learned([utc("2026-11-24 00:00")], minutes=150)
    found = expected(hourly, state, utc("2026-11-24 02:31")).expected
    assert found is not None
    assert found.expected_at == utc("2026-11-24 03:00")


def test_a_history_recorded_late_expects_nothing_of_the_past() -> None:
    state = learned(every(DAY, until=utc("2026-11-17 03:00"), count=12))
    found = expected(NIGHTLY, state, utc("2026-11-24 12:00")).expected
    assert found is not None
    assert found.expected_at == utc("2026-11-25 03:00")


def test_the_spring_change_makes_nobody_late_and_the_autumn_change_nobody_early() -> None:
    pipeline = {"schedule_cron": "30 2 * * *", "config": {"timezone": "Europe/Berlin"}}
    for last, following in (
        (berlin("2026-03-28 02:30"), utc("2026-03-29 01:00")),
        (utc("2026-03-29 01:00"), berlin("2026-03-30 02:30")),
        (berlin("2026-10-24 02:30"), berlin("2026-10-25 02:30")),
        (berlin("2026-10-25 02:30"), berlin("2026-10-26 02:30")),
    ):
        found = expected(pipeline, learned([last]), last + HOUR).expected
        assert found is not None
        assert found.expected_at == following


def test_the_owners_grace_is_taken_and_off_is_off() -> None:
    state = learned(every(DAY, until=utc("2026-11-24 03:00"), count=12))
    patient = NIGHTLY | {"config": {"detection": {"lateness": {"grace_seconds": 7200}}}}
    found = expected(patient, state, utc("2026-11-24 03:30")).expected
    assert found is not None
    assert found.late_after == utc("2026-11-25 05:00")
    off = expected(NIGHTLY | {"config": {"detection": {"lateness": {"off": True}}}}, state, utc("2026-11-24 03:30"))
    assert (off.expected, off.stuck_after_seconds) == (None, None)


def test_without_a_schedule_the_rhythm_is_waited_for() -> None:
    state = learned(every(HOUR, until=utc("2026-11-24 12:00"), count=12))
    found = expected({"config": {}}, state, utc("2026-11-24 12:11"))
    assert found.expected is not None
    assert (found.expected.source, found.expected.expected_at) == ("rhythm", utc("2026-11-24 13:00"))
    assert found.expected.late_after == utc("2026-11-24 13:15")


def test_a_rhythm_that_was_missed_before_a_change_is_waited_for_one_gap_from_it() -> None:
    state = learned(every(HOUR, until=utc("2026-11-24 12:00"), count=12))
    found = expected({}, state, utc("2026-11-24 13:31"), utc("2026-11-24 13:30")).expected
    assert found is not None
    assert found.expected_at == utc("2026-11-24 14:30")
    assert expected({}, state, utc("2026-11-24 15:31"), utc("2026-11-24 15:30")).expected is None


def test_a_pipeline_that_rests_at_weekends_is_not_late_on_saturday_but_on_tuesday() -> None:
    days = [utc("2026-09-07 06:00") + day * DAY for day in range(75)]
    working = [day for day in days if day.weekday() < 5]
    friday = max(day for day in working if day.weekday() == 4)
    monday = max(day for day in working if day.weekday() == 0)
    after_friday = expected({}, learned(day for day in working if day <= friday), friday + HOUR).expected
    after_monday = expected({}, learned(day for day in working if day <= monday), monday + HOUR).expected
    assert after_friday is not None
    assert after_monday is not None
    assert after_friday.expected_at == friday + 3 * DAY
    assert after_monday.expected_at == monday + DAY


def test_too_few_or_irregular_starts_are_never_late_and_say_why() -> None:
    few = expected({}, learned(every(HOUR, until=utc("2026-11-24 12:00"), count=6)), utc("2026-11-24 12:11"))
    assert (few.expected, few.note) == (None, "learning its rhythm: 3 more starts needed")
    at, starts = utc("2026-11-01 00:00"), []
    for number in range(40):
        at += (1 + number * number * 7919 % 97) * MINUTE
        starts.append(at)
    irregular = expected({}, learned(starts), at + MINUTE)
    assert irregular.expected is None
    assert irregular.note.startswith("its starts are too irregular")


def test_a_schedule_that_cannot_be_read_is_said_and_the_rhythm_stands_in() -> None:
    state = learned(every(HOUR, until=utc("2026-11-24 12:00"), count=12))
    found = expected({"schedule_cron": "0 0 30 2 *"}, state, utc("2026-11-24 12:11"))
    assert found.schedule_fault is not None
    assert "never matches" in found.schedule_fault
    assert found.expected is not None
    assert found.expected.source == "rhythm"


def test_a_run_is_stuck_by_its_own_durations_and_not_while_they_are_learned() -> None:
    starts = every(HOUR, until=utc("2026-11-24 12:00"), count=12)
    now = utc("2026-11-24 12:11")
    assert expected({}, learned(starts[:7]), now).stuck_after_seconds is None
    assert expected({}, learned(starts), now).stuck_after_seconds == pytest.approx(1800.0)
    assert expected({}, learned(starts, minutes=0.1), now).stuck_after_seconds == pytest.approx(306.0)


def test_a_declared_timeout_holds_from_the_first_run_unless_runs_usually_exceed_it() -> None:
    starts = every(HOUR, until=utc("2026-11-24 12:00"), count=12)
    short = {"timeout_seconds": 900}
    assert expected(short, PipelineState(), utc("2026-11-24 12:11")).stuck_after_seconds == pytest.approx(1050.0)
    assert expected(short, learned(starts), utc("2026-11-24 12:11")).stuck_after_seconds == pytest.approx(1050.0)
    wrong = {"timeout_seconds": 10}
    assert expected(wrong, learned(starts), utc("2026-11-24 12:11")).stuck_after_seconds == pytest.approx(1800.0)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
moments = st.datetimes(utc("0001-01-02 00:00").replace(tzinfo=None), utc("2026-11-25 00:00").replace(tzinfo=None)).map(
    lambda moment: utc(moment.isoformat())
)


@given(
    st.one_of(st.sampled_from(["0 3 * * *", "*/5 * * * *", "0 0 29 2 *", "@weekly"]), json_values),
    st.one_of(json_values, st.fixed_dictionaries({"detection": st.fixed_dictionaries({"lateness": json_values})})),
    st.lists(moments, max_size=14),
    st.one_of(st.none(), moments),
)
def test_whatever_it_is_given_it_answers_with_what_the_database_takes(cron, config, starts, since) -> None:
    pipeline = {"schedule_cron": cron, "config": config}
    now = utc("2026-11-24 12:00")
    found = expected(pipeline, learned(starts), now, since)
    if found.expected is not None:
        assert found.expected.expected_at <= found.expected.late_after <= found.expected.missing_after
        assert found.expected.missing_after >= now
        assert found.expected.early_seconds >= 0.0
    assert None not in (found.row()["note"], found.row()["usual_start"], found.row()["usual_duration"])
