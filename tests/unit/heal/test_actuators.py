"""Orders to orchestrators: carried out once, to the letter, and to nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook

from functions.heal.actuators.airflow import Airflow
from functions.heal.actuators.github import GitHub
from functions.heal.actuators.hosts import Hosts
from functions.heal.actuators.http import Http
from functions.heal.actuators.port import ActuatorError, Order
from functions.heal.actuators.signed_webhook import SignedWebhook
from tests.unit.heal.orchestrators import FakeAirflow, FakeGitHub, Server

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_790_000_000.0


@pytest.fixture
def serve() -> Iterator[Any]:
    servers = []

    def start(answer: Any) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def http(seconds: float = 5.0) -> Http:
    return Http(Hosts(allowed=(), private=("127.0.0.1",)), timeout_seconds=seconds)


def order(server: Server, **columns: Any) -> Order:
    made = {
        "action_id": "a1",
        "action": "retry_stage",
        "url": server.url,
        "settings": {"dag_id": "coffee", "owner": "roastery", "repository": "beans"},
        "run": {"dag_run_id": "monday", "github_run_id": 42},
        "stages": ("brew", "pour"),
        "secret": "",
    }
    return Order(**{**made, **columns})


# The signed webhook.


def test_a_webhook_is_signed_as_the_standard_says(serve, monkeypatch) -> None:
    server = serve(lambda *_: (200, {"ok": True}))
    SignedWebhook(http(), now=lambda: NOW).act(order(server, secret=SECRET))
    (headers,) = server.headers
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _Frozen)
    told = Webhook(SECRET).verify(headers["raw"], headers)
    assert (told["data"]["action_id"], told["data"]["stages"]) == ("a1", ["brew", "pour"])


class _Frozen:
    """The verifier's clock."""

    from datetime import datetime as _real

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return cls._real.fromtimestamp(NOW, tz)

    @classmethod
    def fromtimestamp(cls, *arguments: Any, **options: Any) -> Any:
        return cls._real.fromtimestamp(*arguments, **options)


def test_a_webhook_that_is_sent_again_is_the_same_one(serve) -> None:
    server = serve(lambda *_: (200, {}))
    for _ in range(2):
        SignedWebhook(http(), now=lambda: NOW).act(order(server, secret=SECRET))
    assert {headers["webhook-id"] for headers in server.headers} == {"healing_a1"}


@pytest.mark.parametrize("status", [302, 400, 404, 410])
def test_a_receiver_that_says_no_means_it(serve, status: int) -> None:
    server = serve(lambda *_: (status, {"detail": "no"}))
    with pytest.raises(ActuatorError) as refused:
        SignedWebhook(http(), now=lambda: NOW).act(order(server, secret=SECRET))
    assert not refused.value.is_passing
    assert len(server.seen) == 1


@pytest.mark.parametrize("answer", [(500, {}), (503, {}), (429, {}), None])
def test_a_receiver_that_is_unwell_is_asked_again_later(serve, answer: Any) -> None:
    server = serve(lambda *_: answer)
    with pytest.raises(ActuatorError) as refused:
        SignedWebhook(http(), now=lambda: NOW).act(order(server, secret=SECRET))
    assert refused.value.is_passing


def test_a_receiver_that_never_answers_is_given_up_in_time(serve) -> None:
    import threading

    done = threading.Event()
    server = serve(lambda *_: done.wait(10) and None)
    with pytest.raises(ActuatorError, match="did not answer") as refused:
        SignedWebhook(http(0.2), now=lambda: NOW).act(order(server, secret=SECRET))
    done.set()
    assert refused.value.is_passing


def test_an_answer_without_an_end_is_not_swallowed(serve) -> None:
    server = serve(lambda *_: (200, b"x" * 1_200_000))
    with pytest.raises(ActuatorError, match="more than"):
        SignedWebhook(http(), now=lambda: NOW).act(order(server, secret=SECRET))


# Airflow.


def airflow(server: Server, **columns: Any) -> Any:
    return Airflow(http()).act(order(server, **{"secret": "airflow-token", **columns}))


def test_airflow_is_asked_before_it_is_told(serve) -> None:
    fake = FakeAirflow()
    server = serve(fake)
    assert airflow(server) == {"cleared": ["brew", "pour"]}
    assert [body["dry_run"] for _, _, body in server.seen] == [True, False]
    assert all(body["dag_run_id"] == "monday" and body["task_ids"] == ["brew", "pour"] for _, _, body in server.seen)
    assert fake.states[("sunday", "brew")] == "failed"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"stages": None}, "would clear all"),
        ({"stages": ()}, "would clear all"),
        ({"run": {}}, "dag_run_id"),
        ({"run": {"dag_run_id": ""}}, "dag_run_id"),
        ({"run": {"dag_run_id": "../../config"}}, "dag_run_id"),
        ({"settings": {"dag_id": "coffee/../tea"}}, "dag_id"),
        ({"stages": ("brew", "grind", "pour")}, "nothing was cleared"),
    ],
)
def test_airflow_is_not_told_what_is_not_exact(serve, columns: dict, words: str) -> None:
    fake = FakeAirflow()
    before = dict(fake.states)
    with pytest.raises(ActuatorError, match=words):
        airflow(serve(fake), **columns)
    assert fake.states == before


@pytest.mark.parametrize("mood", ["lists too much", "garbage", "refuses"])
def test_an_airflow_that_answers_wrongly_clears_nothing(serve, mood: str) -> None:
    fake = FakeAirflow()
    fake.mood = mood
    before = dict(fake.states)
    with pytest.raises(ActuatorError) as refused:
        airflow(serve(fake))
    assert (fake.states, refused.value.is_passing) == (before, False)


def test_an_airflow_that_dies_after_acting_is_not_told_twice(serve) -> None:
    fake = FakeAirflow()
    fake.mood = "dies after acting"
    server = serve(fake)
    with pytest.raises(ActuatorError) as unknown:
        airflow(server)
    assert unknown.value.is_passing
    assert airflow(server) == {"cleared": [], "was": "cleared before"}
    assert [body["dry_run"] for _, _, body in server.seen] == [True, False, True]


def test_a_wrong_token_is_no_passing_trouble(serve) -> None:
    with pytest.raises(ActuatorError, match="401") as refused:
        airflow(serve(FakeAirflow()), secret="old")
    assert not refused.value.is_passing


# GitHub Actions.


def github(server: Server, **columns: Any) -> Any:
    return GitHub(http()).act(order(server, **{"secret": "github-token", **columns}))


def test_failed_jobs_are_run_again(serve) -> None:
    fake = FakeGitHub()
    assert github(serve(fake)) == {"run_attempt": 2}
    assert fake.reruns == 1


def test_a_github_that_dies_after_acting_is_not_told_twice(serve) -> None:
    fake = FakeGitHub()
    fake.mood = "dies after acting"
    server = serve(fake)
    with pytest.raises(ActuatorError) as unknown:
        github(server)
    assert unknown.value.is_passing
    assert github(server)["was"] == "rerun before"
    assert fake.reruns == 1


def test_a_rerun_that_failed_meanwhile_is_not_run_a_third_time(serve) -> None:
    fake = FakeGitHub()
    server = serve(fake)
    github(server)
    fake.run |= {"status": "completed", "conclusion": "failure"}
    assert github(server)["was"] == "rerun before"
    assert fake.reruns == 1


@pytest.mark.parametrize("conclusion", ["success", "cancelled", None])
def test_a_run_that_did_not_fail_is_not_run_again(serve, conclusion: str | None) -> None:
    fake = FakeGitHub()
    fake.run["conclusion"] = conclusion
    with pytest.raises(ActuatorError, match="only a failed one"):
        github(serve(fake))
    assert fake.reruns == 0


@pytest.mark.parametrize("mood", ["garbage", "refuses"])
def test_a_github_that_answers_wrongly_is_not_believed(serve, mood: str) -> None:
    fake = FakeGitHub()
    fake.mood = mood
    with pytest.raises(ActuatorError) as refused:
        github(serve(fake))
    assert not refused.value.is_passing


# Where orders may go.


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
    ],
)
def test_no_order_is_sent_inside(address: str) -> None:
    hosts = Hosts(allowed=("airflow.example",), resolve=lambda host, port: ["93.184.216.34", address])
    with pytest.raises(ActuatorError, match="no order is sent inside"):
        hosts.place_of("https://airflow.example/api")


def test_an_order_goes_to_the_address_that_was_checked() -> None:
    hosts = Hosts(allowed=("airflow.example",), resolve=lambda host, port: ["93.184.216.34"])
    place = hosts.place_of("https://airflow.example/api")
    assert (place.origin, place.authority) == ("https://93.184.216.34:443", "airflow.example")


@pytest.mark.parametrize(
    "url",
    [
        "http://airflow.example/",
        "https://evil.example/",
        "https://airflow.example.evil.example/",
        "https://user:pass@airflow.example/",
        "https://airflow.example:99999/",
        "file:///etc/passwd",
        "",
        "https://93.184.216.34/",
    ],
)
def test_an_address_that_is_not_allowed_is_refused(url: str) -> None:
    hosts = Hosts(allowed=("airflow.example",), resolve=lambda host, port: ["93.184.216.34"])
    with pytest.raises(ActuatorError) as refused:
        hosts.place_of(url)
    assert not refused.value.is_passing
