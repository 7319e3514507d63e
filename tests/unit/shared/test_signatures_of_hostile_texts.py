"""Any text has a signature within bounds: of time, of size, and without an exception."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.hostile_texts import HOSTILE
from shared.signatures import signature_of, template_of
from shared.signatures.plain_text import LONGEST_WORD, WINDOW_CHARACTERS, plain_text
from shared.signatures.template import LONGEST_TEMPLATE

# Generous beside the 20 ms of the bench: the machine may be busy.
PATIENCE_SECONDS = 0.25
PIECES = (
    *("a", "a.", "a:", "/", "=", '"', "'", "`", "(", ")", "[", "{", "<", "|", " ", "\n", "1", "0x", "-", "_", "@"),
    *("exit ", "code ", "http", "://", "Jan ", "user ", "for ", " from ", "\\", "\x1b[", "at ", 'File "', "#", "..."),
    *(",", ";", "\t", "<*>", "%", "a1" * 120, "a-" * 120, "a." * 120, "1:" * 120, '{"msg":"', "}", "KB ", "name="),
)


def quickest_seconds(text: str) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        template_of(text)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_takes_no_time_to_speak_of(name: str) -> None:
    assert len(HOSTILE[name]) >= 1_000_000
    assert quickest_seconds(HOSTILE[name]) < PATIENCE_SECONDS


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_no_piece_said_over_and_over_takes_long(piece: str) -> None:
    assert quickest_seconds((piece * (300_000 // len(piece) + 1))[:300_000]) < PATIENCE_SECONDS


@pytest.mark.parametrize("name", HOSTILE)
def test_ten_times_the_text_is_no_more_work(name: str) -> None:
    assert len(plain_text(HOSTILE[name] * 10)) <= 2 * WINDOW_CHARACTERS + 1


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None), max_size=3000))
def test_any_text_has_a_signature_within_bounds(text: str) -> None:
    signature = signature_of(text)
    assert signature == signature_of(text)
    assert len(signature.template) <= LONGEST_TEMPLATE
    assert (len(signature.fingerprint) == 12) is bool(signature.template)
    assert set(signature.fingerprint) <= set("0123456789abcdef")
    assert "\x00" not in signature.template, "the database takes no null character"


def test_an_endless_word_is_a_value() -> None:
    assert template_of(f"cannot decode {'QmFzZTY0' * 9000} of the batch") == "cannot decode <*> of the batch"
    assert template_of(f"cannot decode {'x' * (LONGEST_WORD + 1)}") == "cannot decode <*>"


def test_long_texts_that_differ_behind_the_bound_are_one() -> None:
    long = "no room for the batch " * 4000
    assert template_of(f"{long} a") == template_of(f"{long} b") != ""
