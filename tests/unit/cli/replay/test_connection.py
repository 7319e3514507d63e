"""A session that outlives expiring tokens and services that restart."""

import threading
from collections.abc import Callable

import httpx
import pytest

from cli.replay import connection as module
from cli.replay.connection import Connection
from cli.replay.credentials import Credentials
from cli.replay.errors import Interrupted, ReplayError
from cli.replay.http import HttpClient

USER = {
    "id": "8e1c0b58-0000-4000-8000-000000000001",
    "aud": "authenticated",
    "app_metadata": {},
    "user_metadata": {},
    "created_at": "2026-01-01T00:00:00Z",
}
Answer = httpx.Response | Exception


class Impatient(threading.Event):
    """Waits no time at all, and records for how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


class Server:
    """Answers requests to the Data API from a list, and signs everybody in."""

    def __init__(self, *answers: Answer, lifetime: int = 3600) -> None:
        self.answers = list(answers)
        self.lifetime = lifetime
        self.sign_ins = 0
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/auth/"):
            self.sign_ins += 1
            session = {
                "access_token": f"token-{self.sign_ins}",
                "refresh_token": "r",
                "token_type": "bearer",
                "expires_in": self.lifetime,
                "user": USER,
            }
            return httpx.Response(200, json=session)
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


Connect = Callable[[Callable[[httpx.Request], httpx.Response]], Connection]


@pytest.fixture
def stop() -> Impatient:
    return Impatient()


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def connect(stop: Impatient, notes: list[str]) -> Connect:
    def connection(server: Callable[[httpx.Request], httpx.Response]) -> Connection:
        return Connection(
            Credentials("http://db.example", "sb_publishable_x", "ada@flexiroaster.example", "secret"),
            note=notes.append,
            stop=stop,
            http=HttpClient(transport=httpx.MockTransport(server)),
        )

    return connection


def ok(value: object = None) -> httpx.Response:
    return httpx.Response(200, json=value)


def test_requests_carry_the_key_and_the_token_of_the_user(connect: Connect) -> None:
    server = Server(ok({"executions": 2}))
    with connect(server) as connection:
        assert connection.rpc("ingest", {"payload": {}}) == {"executions": 2}
    headers = server.requests[0].headers
    assert (headers["apikey"], headers["authorization"]) == ("sb_publishable_x", "Bearer token-1")
    assert connection.user_id == USER["id"]


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("connection refused"),
        httpx.ReadTimeout("timed out"),
        httpx.RemoteProtocolError("server disconnected"),
        httpx.Response(503, json={"message": "restarting"}),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(429),
    ],
)
def test_passing_trouble_is_tried_again_and_said_once(
    connect: Connect, stop: Impatient, notes: list[str], trouble: Answer
) -> None:
    with connect(Server(trouble, trouble, trouble, ok([1]))) as connection:
        assert connection.rpc("queue_status") == [1]
    assert connection.retries == 3
    assert len(notes) == 1
    assert stop.waits[0] < stop.waits[2] * 3


def test_reads_are_tried_again_by_us_and_by_no_library_below(connect: Connect, stop: Impatient) -> None:
    with connect(Server(httpx.ConnectError("refused"), ok([{"id": "a"}]), ok([]))) as connection:
        assert list(connection.pages("pipelines", "id")) == [[{"id": "a"}]]
    assert len(stop.waits) == 1


def test_trouble_that_does_not_pass_ends_with_how_to_go_on(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", -1.0)
    with (
        connect(Server(httpx.ConnectError("connection refused"))) as connection,
        pytest.raises(ReplayError, match=r"has not answered for .*connection refused.*the same command goes on"),
    ):
        connection.rpc("ingest")


def test_nobody_at_the_address_is_found_out_sooner(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    monkeypatch.setattr(module, "FIRST_PATIENCE_SECONDS", -1.0)
    with pytest.raises(ReplayError, match=r"connection refused\): is the address right"):
        connect(refuse).__enter__()


def test_ctrl_c_ends_the_waiting(connect: Connect, stop: Impatient) -> None:
    with connect(Server(httpx.ConnectError("refused"))) as connection:
        stop.set()
        with pytest.raises(Interrupted):
            connection.rpc("ingest")


def test_a_refusal_is_not_tried_again_and_says_why(connect: Connect, stop: Impatient) -> None:
    refusal = {"message": "there is no pipeline 7", "hint": "insert the pipeline first", "code": "23503"}
    with (
        connect(Server(httpx.Response(409, json=refusal))) as connection,
        pytest.raises(ReplayError, match=r"there is no pipeline 7 \(insert the pipeline first\)"),
    ):
        connection.rpc("ingest")
    assert stop.waits == []


def test_a_token_that_expired_is_replaced_once(connect: Connect) -> None:
    server = Server(httpx.Response(401, json={"message": "JWT expired"}), ok([]))
    with connect(server) as connection:
        assert connection.rpc("ingest") == []
    assert server.sign_ins == 2
    assert server.requests[-1].headers["authorization"] == "Bearer token-2"


def test_a_token_that_is_never_accepted_is_an_error(connect: Connect) -> None:
    with (
        connect(Server(httpx.Response(401, json={"message": "who are you"}))) as connection,
        pytest.raises(ReplayError, match=r"does not accept the token it gave .*who are you"),
    ):
        connection.rpc("ingest")


def test_a_token_is_renewed_before_it_expires(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("cli.replay.connection.time.monotonic", lambda: now)
    server = Server(ok([]), lifetime=600)
    with connect(server) as connection:
        now += 500
        connection.rpc("ingest")
        assert server.sign_ins == 1
        now += 50
        connection.rpc("ingest")
        assert server.sign_ins == 2


def test_wrong_credentials_are_a_sentence_without_the_password(connect: Connect) -> None:
    refuse = httpx.Response(400, json={"code": 400, "msg": "Invalid login credentials"})
    with pytest.raises(ReplayError, match=r"ada@flexiroaster\.example cannot sign in at http://db\.example") as refusal:
        connect(lambda _: refuse).__enter__()
    assert "secret" not in str(refusal.value)


def test_an_address_that_is_none_is_a_sentence(stop: Impatient) -> None:
    with pytest.raises(ReplayError, match=r"'db\.example' is not the address of a Supabase project"):
        Connection(Credentials("db.example", "k", "a", "p"), note=print, stop=stop)


def test_pages_follow_the_key_until_an_empty_one(connect: Connect) -> None:
    server = Server(ok([{"id": "a"}, {"id": "b"}]), ok([{"id": "c"}]), ok([]))
    with connect(server) as connection:
        pages = list(connection.pages("executions", "id,status", workspace_id="w"))
    assert pages == [[{"id": "a"}, {"id": "b"}], [{"id": "c"}]]
    assert [request.url.params.get("id") for request in server.requests] == [None, "gt.b", "gt.c"]
    assert all(request.url.params["workspace_id"] == "eq.w" for request in server.requests)


def test_a_count_is_taken_from_the_answer_without_rows(connect: Connect) -> None:
    server = Server(httpx.Response(200, headers={"content-range": "*/52"}))
    with connect(server) as connection:
        assert connection.count("detections", is_anomaly="true") == 52
    assert server.requests[0].method == "HEAD"


@pytest.mark.parametrize(
    ("url", "through_proxy"),
    [
        ("http://127.0.0.1:9", False),
        ("http://localhost:9", False),
        ("http://[::1]:9", False),
        ("https://x.example", True),
    ],
)
def test_a_proxy_is_not_asked_to_reach_this_machine(
    monkeypatch: pytest.MonkeyPatch, url: str, through_proxy: bool
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    with HttpClient.for_url(url) as client:
        assert bool(client._mounts) is through_proxy
