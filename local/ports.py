"""Ports on the loopback interface that stay ours from the moment they are chosen."""

import socket
import sys

from local.errors import StackError

HOST = "127.0.0.1"


class PortReservation:
    """Holds one loopback port until `release`.

    On Linux a socket that is bound with SO_REUSEADDR and does not listen keeps the kernel from giving the port
    to anybody who asks for a free one, while our own server, which sets the same option, can still listen on it.
    Elsewhere the port is let go at once: free a moment ago, which is the best those systems offer.
    """

    def __init__(self, port: int = 0, *, option: str = "--port") -> None:
        """Reserve `port`, or a free one when it is 0.

        Raises:
            StackError: `port` is taken; `option` is the command-line option the sentence names.
        """
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if port == 0:
                self._socket.bind((HOST, 0))
            else:
                with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((HOST, port))
                    probe.listen(1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if port != 0:
                self._socket.bind((HOST, port))
        except OSError as error:
            self._socket.close()
            raise StackError(
                f"Port {port} cannot be used ({error.strerror}): stop what listens there, "
                f"or choose another one with {option}."
            ) from error
        self.port: int = self._socket.getsockname()[1]
        if sys.platform != "linux":
            self.release()

    def release(self) -> None:
        """Let the port go."""
        self._socket.close()
