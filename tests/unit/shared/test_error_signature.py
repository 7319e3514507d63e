import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.error_signature import signature


@pytest.mark.parametrize(
    ("yesterday", "today"),
    [
        ("worker 17 lost table 'orders_3'", "worker 4 lost table 'invoices_9'"),
        ("cannot map 0x7ffd3a10", "cannot map 0x1a2b3c4d"),
        ("run 550e8400e29b41d4 timed out\nafter 30 s", "run 9f86d081884c7d65 timed out after   600 s"),
    ],
)
def test_the_same_failure_on_another_day_has_the_same_signature(yesterday, today):
    assert signature(yesterday) == signature(today)


@pytest.mark.parametrize(
    ("one", "other"),
    [("disk 3 is full", "disk 3 is gone"), ("permission denied", "connection refused"), ("don't stop", "don't go")],
)
def test_different_failures_have_different_signatures(one, other):
    assert signature(one) != signature(other)


@pytest.mark.parametrize("message", [None, "", " \n\t"])
def test_without_a_message_there_is_no_signature(message):
    assert signature(message) == ""


@given(st.text(st.characters(codec=None), max_size=3000))
def test_any_message_has_a_short_plain_signature(message):
    found = signature(message)
    assert found == "" or (len(found) == 12 and set(found) <= set("0123456789abcdef"))


def test_five_megabytes_of_quotes_take_no_time_to_speak_of():
    assert len(signature("'\"`" * 1_700_000)) == 12
