"""Against a server that behaves badly on purpose, on a socket of its own."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from local.exchange import MAX_CONTENT_BYTES, Request, exchange, make_pool

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@contextmanager
def serving(*conversations: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that holds one conversation per connection, in order."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for converse in conversations:
                connection, _ = server.accept()
                with closing(connection):
                    converse(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(timeout=5)


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"{}"):
        received += connection.recv(65536)
    return received


def answer(*answers: bytes) -> Callable[[socket.socket], None]:
    """Answer that many requests on one connection, then hang up at the next."""

    def converse(connection: socket.socket) -> None:
        for text in answers:
            read_request(connection)
            connection.sendall(text)
        connection.recv(65536)

    return converse


def drip(connection: socket.socket) -> None:
    """A byte at a time, for as long as anybody listens."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    try:
        while True:
            connection.sendall(b"x")
            time.sleep(0.01)
    except OSError:
        return


def request(url: str, *, timeout_milliseconds: int = 2000) -> Request:
    return Request(1, "POST", url, {"content-type": "application/json"}, b"{}", timeout_milliseconds)


def test_a_connection_that_was_closed_in_between_costs_no_request():
    pool = make_pool(connections_per_target=1)
    with serving(answer(OK), answer(OK)) as url:
        assert exchange(pool, request(url)).content == "ok"
        assert exchange(pool, request(url)).content == "ok"
        pool.connection_from_url(url).close()


def test_a_target_that_never_answers_is_an_error_after_one_more_try():
    with serving(answer(), answer()) as url:
        response = exchange(make_pool(connections_per_target=1), request(url))
    assert response.error_msg is not None
    assert response.error_msg.startswith("ProtocolError")
    assert response.timed_out is False


def test_a_target_that_drips_is_given_up_at_the_deadline():
    with serving(drip) as url:
        started = time.monotonic()
        response = exchange(make_pool(connections_per_target=1), request(url, timeout_milliseconds=200))
        assert time.monotonic() - started < 2
    assert response.timed_out is True
    assert response.error_msg == "Timeout of 200 ms reached"


def test_a_redirect_is_an_answer_like_any_other():
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    with serving(answer(moved)) as url:
        assert exchange(make_pool(connections_per_target=1), request(url)).status_code == 302


def test_a_long_answer_is_cut():
    body = b"x" * (MAX_CONTENT_BYTES * 3)
    with serving(answer(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)) as url:
        response = exchange(make_pool(connections_per_target=1), request(url))
    assert response.content is not None
    assert len(response.content) == MAX_CONTENT_BYTES


@pytest.mark.parametrize("headers", [{"x": "a\r\nb: c"}, {"x": "ü\u2615"}])
def test_headers_that_are_none_are_an_error(headers: dict[str, str]):
    broken = request("http://127.0.0.1:1/")._replace(headers=headers)
    assert exchange(make_pool(connections_per_target=1), broken).error_msg
