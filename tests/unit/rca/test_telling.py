from functions.rca.log import HEAD_LINES, MOST_LINES, Log
from functions.rca.telling import telling_lines

LOG = """\
[INFO] grinding
[ERROR] grinder is stuck
  at com.roastery.Grinder.turn(Grinder.java:8)

[ERROR] Re-run with -e
[INFO] Total time: 4 s
[INFO] 0 errors in the report
"""


def test_a_run_of_error_lines_with_its_frames():
    assert telling_lines(Log.of(LOG)) == [2, 3, 4, 5]


def test_what_the_passing_log_says_too_starts_nothing():
    assert telling_lines(Log.of(LOG), Log.of("[ERROR] grinder is stuck\n[ERROR] Re-run with -e")) == []


def test_an_old_error_far_from_the_last_is_not_it():
    lines = ["ERROR early", *["INFO roasting"] * 4_000, "ERROR late"]
    assert telling_lines(Log.of("\n".join(lines))) == [4_002]


def test_numbers_of_a_log_that_is_too_long_are_those_of_its_text():
    text = "\n".join([*["INFO roasting"] * (MOST_LINES + 10), "ERROR late"])
    log = Log.of(text)
    assert len(log.lines) == MOST_LINES
    assert telling_lines(log) == [MOST_LINES + 11]
    assert log.index(log.number(HEAD_LINES)) == HEAD_LINES
