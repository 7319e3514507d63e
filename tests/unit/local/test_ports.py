import socket

import pytest

from local.errors import StackError
from local.ports import HOST, PortReservation


def test_a_reserved_port_is_given_to_nobody_else_but_its_server():
    reservation = PortReservation()
    try:
        with socket.socket() as somebody_else, pytest.raises(OSError, match="in use"):
            somebody_else.bind((HOST, reservation.port))
        with socket.create_server((HOST, reservation.port)) as server:
            assert server.getsockname()[1] == reservation.port
    finally:
        reservation.release()


def test_a_port_in_use_is_one_sentence_that_says_what_to_do():
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {port} cannot be used .*: stop .* or choose .* --api-port"):
            PortReservation(port, option="--api-port")


def test_a_given_free_port_is_reserved():
    first = PortReservation()
    first.release()
    again = PortReservation(first.port)
    try:
        assert again.port == first.port
    finally:
        again.release()
