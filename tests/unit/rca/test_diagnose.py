import time

import pytest

from functions.rca.diagnose import diagnose

WRAPPED = """\
task_failure: stage roast failed
com.roastery.StageException: roast failed
\tat com.roastery.Runner.run(Runner.java:12)
Caused by: java.lang.NullPointerException: bean is null
\tat com.roastery.Drum.heat(Drum.java:44)
Command exited with code 1
"""


def family(text, **more):
    cause = diagnose(text, **more).cause
    return cause and cause.family


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("psycopg.OperationalError: connection failed: Connection refused", "connection_auth"),
        ("FATAL:  sorry, too many clients already", "resource_bottleneck"),
        ("429 Quota exceeded for quota metric 'beans' and limit 'beans per day'", "resource_bottleneck"),
        ('column "connection_timeout" does not exist', "schema_data"),
        ("AssertionError: expected 'out of memory' in the log", "stage_failure"),
        ("ModuleNotFoundError: No module named 'grinder'", "configuration_drift"),
        ("ROAST_DIR is not set", "configuration_drift"),
        (WRAPPED, "stage_failure"),
    ],
)
def test_words_are_read_in_their_place(text, expected):
    assert family(text) == expected


def test_the_origin_of_a_chain_is_blamed():
    found = diagnose(WRAPPED)
    assert found.cause.subcause == "null_reference"
    assert found.cause.evidence[0].line == 4


def test_an_exception_around_another_is_blamed_less():
    chain = (
        "java.nio.file.AccessDeniedException: /beans\n\tat com.roastery.Drum.open(Drum.java:9)\n"
        "Caused by: java.nio.file.NoSuchFileException: /beans"
    )
    assert diagnose(chain).cause.subcause == "path_missing"
    assert diagnose(chain.split("\n")[0]).cause.subcause == "permission_denied"


@pytest.mark.parametrize(
    "text",
    [
        "INFO roasted 40 kg: 0 errors, 0 warnings",
        "error_handler loaded",
        "tests/test_net.py::test_timeout PASSED",
        "WARN connection refused, retrying in 2 s... ok\nINFO roast finished",
        "DeprecationWarning: grind() is deprecated",
        "ERROR lost connection to kafka-1: connection reset by peer\nINFO reconnected to kafka-1\nINFO consuming",
        "ERROR lost connection to kafka-1: connection reset by peer\nINFO all stages completed",
    ],
)
def test_a_healthy_run_with_frightening_words_has_no_cause(text):
    assert family(text) is None


@pytest.mark.parametrize("text", ["", "Command exited with code 1", "task_failure", "\x00\x01", "publish: skipped"])
def test_too_little_is_unknown_and_says_what_is_missing(text):
    found = diagnose(text)
    assert found.standing == "unknown"
    assert found.missing
    assert found.document()["family"] is None


def test_what_was_overcome_does_not_hide_what_broke():
    log = "WARN HTTP 429, backing off 2 s\nINFO beans loaded\nTypeError: unsupported operand type(s) for /: 'str'"
    assert family(log) == "stage_failure"


def test_a_changed_setting_explains_a_timeout_and_another_does_not():
    timeout = "requests.exceptions.ReadTimeout: Read timed out. (read timeout=3)"
    assert family(f"read_timeout_seconds changed 300 -> 3\n{timeout}") == "configuration_drift"
    assert family(f"log_colour changed red -> blue\n{timeout}") == "connection_auth"


def test_lines_of_the_passing_log_tell_little():
    usual = "ERROR grinder - ORA-01017: invalid username/password; logon denied"
    broken = f"{usual}\nERROR loader - dial tcp 10.0.0.4:5432: connect: connection refused"
    assert diagnose(broken).cause.subcause == "authentication_failed"
    found = diagnose(broken, passing_log=f"{usual}\nINFO done")
    assert found.cause.subcause == "connection_refused"
    assert found.lines == [2]


def test_the_stage_that_failed_by_itself_is_named_and_its_words_are_read():
    stages = [
        {"name": "nightly", "status": "failed", "error": "task_failure"},
        {"name": "roast", "status": "failed", "error_message": "OSError: No space left on device", "parent": "nightly"},
        {"name": "publish", "status": "upstream_failed", "depends_on": ["roast"]},
    ]
    found = diagnose("Command exited with code 1", stages=stages)
    assert (found.stage, found.cause.subcause) == ("roast", "disk_full")


def test_a_measure_at_its_limit_is_told_and_is_no_cause_alone():
    measures = {"memory_percent": [40.0, None, 99.5]}
    assert diagnose("Command exited with code 1", measures=measures).cause is None
    with_words = diagnose("worker was terminated by signal 9", measures=measures)
    assert with_words.cause.subcause == "memory_exhausted"
    assert 0 in [evidence.line for evidence in with_words.cause.evidence]


def test_line_numbers_count_carriage_returns_and_skip_nothing():
    assert diagnose("1 %\r2 %\r\n\nOSError: No space left on device").lines == [4]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "connection timeout error " * 40_000,
        "(" * 50_000 + "a" * 50_000 + "!",
        '"' * 200_000,
        "error " * 34_000,
        '{"a":' * 50_000,
        "\x1b[31m" * 50_000,
        "\udcff\x00\ufffd" * 1_000,
        "\n".join(f"Fault{number}Error: part {number} broke" for number in range(10_000)),
        "Caused by: a.b.C\n" * 20_000,
    ],
    ids=["one word", "words", "brackets", "quotes", "one token", "json", "ansi", "binary", "exceptions", "causes"],
)
def test_any_input_is_answered_in_bounded_time(text):
    diagnose("Error: the rules are read before the clock starts")
    began = time.process_time()
    found = diagnose(text)
    assert time.process_time() - began < 3.0
    assert len(found.causes) < 60
    assert all(len(evidence.text) <= 300 for cause in found.causes for evidence in cause.evidence)
