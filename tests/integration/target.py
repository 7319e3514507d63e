"""An HTTP server that records what it is sent, and answers as the test says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Target:
    """What came in. A request to a path in `held` is not answered before `release` is set."""

    url: str
    received: list[Received] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    release: threading.Event = field(default_factory=threading.Event)

    def bodies(self, path: str = "/") -> list[bytes]:
        """The bodies sent to a path, in order of arrival."""
        return [request.body for request in self.received if request.path == path]


@contextmanager
def listening() -> Iterator[Target]:
    """A running target."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer is one packet

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            target.received.append(Received(path=self.path, headers=dict(self.headers.items()), body=body))
            if self.path.partition("?")[0] in target.held:
                target.release.wait(30)
            self.send_response(418 if self.path == "/teapot" else 200)
            answer = "kettle \u2615\x00".encode()
            self.send_header("content-type", "text/plain")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    target = Target(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield target
    finally:
        target.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
