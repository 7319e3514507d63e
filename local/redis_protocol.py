"""Upstash's REST protocol, without the network: requests into Redis commands, Redis replies into JSON values."""

import base64
import json
from collections.abc import Iterable
from urllib.parse import unquote_plus

Command = list[str | bytes]

# fmt: off
UNAVAILABLE = frozenset({
    "auth", "asking", "blpop", "brpop", "brpoplpush", "blmove", "blmpop", "bzpopmin", "bzpopmax", "bzmpop",
    "client", "cluster", "config", "debug", "discard", "exec", "failover", "hello", "latency", "memory",
    "migrate", "module", "monitor", "multi", "psubscribe", "psync", "punsubscribe", "quit", "readonly",
    "readwrite", "replconf", "replicaof", "reset", "restore-asking", "select", "shutdown", "slaveof", "slowlog",
    "ssubscribe", "subscribe", "sunsubscribe", "swapdb", "sync", "unsubscribe", "unwatch", "wait", "watch",
})
# fmt: on


class ProtocolError(Exception):
    """The request is no command. The message is what Upstash would put into `error`."""


def parse_command(value: object) -> Command:
    """One command from its JSON array, words as they were written: `["SET", "k", 1.50]` keeps `1.50`.

    Raises:
        ProtocolError: it is no array, empty, has an element that is no word, or names an unavailable command.
    """
    if not isinstance(value, list):
        raise ProtocolError("ERR failed to parse command")
    if not value:
        raise ProtocolError("ERR empty command")
    return check([_word(element) for element in value])


def check(command: Command) -> Command:
    """The command itself.

    Raises:
        ProtocolError: its connection would be shared, so the command is not offered over REST.
    """
    name = command[0]
    text = name.decode(errors="replace") if isinstance(name, bytes) else name
    if text.strip().lower() in UNAVAILABLE:
        raise ProtocolError(f"ERR Command is not available: '{text}'")
    return command


def load_json(body: bytes) -> object:
    """The JSON of a request's body, numbers kept as their text.

    Raises:
        ProtocolError: it is no JSON.
    """
    try:
        return json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"ERR failed to parse command: {error}") from error


def parse_pipeline(value: object) -> list[Command]:
    """Several commands from an array of arrays.

    Raises:
        ProtocolError: as `parse_command`.
    """
    if not isinstance(value, list) or not value:
        raise ProtocolError("ERR empty pipeline request" if value == [] else "ERR failed to parse pipeline request")
    return [parse_command(element) for element in value]


def parse_path(raw_path: str, *, query: Iterable[tuple[str, str]], body: bytes) -> Command:
    """A command from its path: `/set/key/value`; then the body as a word, then the query's names and values."""
    words: Command = [unquote_plus(part, errors="replace") for part in raw_path.strip("/").split("/")]
    if body:
        words.append(body)
    for name, value in query:
        words.append(name)
        if value:
            words.append(value)
    return check(words)


def to_json(reply: object, *, in_base64: bool) -> object:
    """A reply as the value of `result`. In base64 every string but OK is encoded, as Upstash does it."""
    if isinstance(reply, bytes):
        if not in_base64:
            return reply.decode("utf-8", errors="replace")
        return "OK" if reply == b"OK" else base64.b64encode(reply).decode("ascii")
    if isinstance(reply, list):
        return [to_json(element, in_base64=in_base64) for element in reply]
    if isinstance(reply, str):
        return to_json(reply.encode("utf-8", errors="replace"), in_base64=in_base64)
    return reply


def _word(element: object) -> str | bytes:
    if isinstance(element, str):
        try:
            element.encode("utf-8")
        except UnicodeEncodeError:
            return element.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return element
    if isinstance(element, bool):
        return str(element).lower()
    raise ProtocolError(f"ERR failed to parse command: {type(element).__name__} is no word")
