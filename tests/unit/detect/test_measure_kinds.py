import pytest

from functions.detect.measure_kinds import KINDS, MeasureKind


@pytest.mark.parametrize(
    ("name", "value", "usual", "matters"),
    [
        ("duration_seconds", 901, 600, True),
        ("duration_seconds", 899, 600, False),
        ("duration_seconds", 399, 600, True),  # two thirds are as far as half as much again
        ("duration_seconds", 401, 600, False),
        ("duration_seconds", 3, 1, False),  # three times as long, and yet two seconds
        ("cpu_percent", 90, 60, True),
        ("cpu_percent", 20, 60, False),
        ("memory_percent", 75, 70, False),
        ("throughput_per_minute", 60, 100, True),
        ("throughput_per_minute", 300, 100, False),
        ("rows_processed", 0, 1000, True),
        ("data_volume_mb", 0.2, 0.9, False),
    ],
)
def test_the_least_change_worth_a_word(name, value, usual, matters):
    assert KINDS[name].matters(value, usual) is matters


@pytest.mark.parametrize(("value", "usual"), [(-5, 5), (5, -5), (0, 0), (1e30, -1e30)])
def test_any_sign_and_size_is_compared(value, usual):
    assert MeasureKind("was", "", "both", 10.0, 1.0).matters(value, usual) is (value != usual)
