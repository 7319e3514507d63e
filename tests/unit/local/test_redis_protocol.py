import json

import pytest

from local.redis_protocol import (
    ProtocolError,
    load_json,
    parse_command,
    parse_path,
    parse_pipeline,
    to_json,
)


def test_words_are_passed_on_as_they_were_written():
    assert parse_command(load_json(b'["SET", "run:1", 1.50, 7, true]')) == ["SET", "run:1", "1.50", "7", "true"]


@pytest.mark.parametrize("body", [b"", b"{", b'"PING"', b"[]", b"{}", b'["SET", null]', b'["SET", {"a": 1}]'])
def test_what_is_no_command_is_refused(body: bytes):
    with pytest.raises(ProtocolError, match=r"^ERR"):
        parse_command(load_json(body))


@pytest.mark.parametrize("name", ["SUBSCRIBE", "blpop", " multi ", "CLIENT", "Shutdown"])
def test_a_command_that_would_take_over_a_shared_connection_is_refused(name: str):
    with pytest.raises(ProtocolError, match="not available"):
        parse_command([name, "x"])


def test_a_lone_surrogate_becomes_the_replacement_character():
    assert parse_command(load_json(b'["SET", "k", "a\\ud800b"]'))[2] == "a\ufffdb"


def test_a_path_is_a_command_with_the_body_as_its_last_word_but_for_the_options():
    command = parse_path("/set/run%3A1/a+b", query=[("EX", "10"), ("NX", "")], body=b"\x00raw")
    assert command == ["set", "run:1", "a b", b"\x00raw", "EX", "10", "NX"]


@pytest.mark.parametrize("value", [[], {}, "x", ["GET", "a"]])
def test_a_pipeline_is_an_array_of_arrays(value: object):
    with pytest.raises(ProtocolError):
        parse_pipeline(value)


def test_every_string_but_ok_is_base64():
    assert to_json([b"OK", b"ja", None, 3, [b"\xff"]], in_base64=True) == ["OK", "amE=", None, 3, ["/w=="]]


def test_plain_strings_survive_json_even_when_they_are_no_text():
    assert json.dumps(to_json(b"\xff\x00a", in_base64=False)) == '"\\ufffd\\u0000a"'
