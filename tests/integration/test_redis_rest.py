"""The REST front, spoken to by Upstash's own client and, where that is too kind, by hand."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx
import pytest
from upstash_redis import Redis
from upstash_redis.errors import UpstashError

from local.stack import Stack
from tests.waiting import eventually


@pytest.fixture
def redis(stack: Stack) -> Iterator[Redis]:
    description = stack.description
    with Redis(url=description.redis_url, token=description.redis_token, rest_retries=0) as client:
        yield client
        client.flushdb()


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {stack.description.redis_token}"}
    with httpx.Client(base_url=stack.description.redis_url, headers=headers, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    "value", ["plain", "", "OK", "naïve 管道 🔥", "nul\x00byte", '{"a": "b\\"c"}', "line\r\nbreak", "x" * 1_000_000]
)
def test_a_value_comes_back_as_it_was_set(redis: Redis, value: str):
    assert redis.set("pipeline:nightly", value) is True
    assert redis.get("pipeline:nightly") == value


def test_values_that_are_no_strings(redis: Redis):
    assert redis.get("absent") is None
    assert redis.incrby("runs", 41) == 41
    assert redis.incr("runs") == 42
    assert redis.hset("pipeline", values={"failures": 3, "owner": "ada"}) == 2
    assert redis.hgetall("pipeline") == {"failures": "3", "owner": "ada"}
    assert redis.mget("runs", "absent") == ["42", None]
    assert redis.set("runs", "7", nx=True) is False
    assert redis.set("short", "lived", ex=100) is True
    assert 0 < redis.ttl("short") <= 100


def test_a_pipeline_answers_each_command_in_order(redis: Redis):
    pipeline = redis.pipeline()
    pipeline.set("a", "1")
    pipeline.incr("a")
    pipeline.mget("a", "b")
    assert pipeline.exec() == [True, 2, ["2", None]]


def test_one_bad_command_of_a_pipeline_fails_alone(http: httpx.Client):
    answer = http.post("/pipeline", json=[["SET", "a", "text"], ["INCR", "a"], ["GET", "a"]])
    assert answer.status_code == 200
    assert answer.json() == [
        {"result": "OK"},
        {"error": "ERR value is not an integer or out of range"},
        {"result": "text"},
    ]


def test_a_transaction_answers_each_command(redis: Redis):
    transaction = redis.multi()
    transaction.set("a", "1")
    transaction.incr("a")
    assert transaction.exec() == [True, 2]


def test_a_transaction_with_an_unknown_command_changes_nothing(redis: Redis, http: httpx.Client):
    answer = http.post("/multi-exec", json=[["SET", "a", "1"], ["FROBNICATE", "a"]])
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("EXECABORT Transaction discarded because of: ")
    assert "FROBNICATE" in answer.json()["error"]
    assert redis.get("a") is None


def test_transactions_of_many_clients_do_not_mix(stack: Stack, redis: Redis):
    def add(number: int) -> list[object]:
        with Redis(url=stack.description.redis_url, token=stack.description.redis_token, rest_retries=0) as client:
            transaction = client.multi()
            transaction.incr("counter")
            transaction.get("counter")
            return list(transaction.exec())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(add, range(64)))
    assert all(str(count) == text for count, text in answers)
    assert sorted(int(str(count)) for count, _ in answers) == list(range(1, 65))


def test_the_path_is_a_command_too(http: httpx.Client):
    assert http.get("/set/run:1/running?EX=100").json() == {"result": "OK"}
    assert http.get("/get/run:1").json() == {"result": "running"}
    assert http.post("/set/blob", content=b"\xff\x00").json() == {"result": "OK"}
    assert http.get("/get/blob", headers={"Upstash-Encoding": "base64"}).json() == {"result": "/wA="}
    assert http.get("/flushdb").json() == {"result": "OK"}


@pytest.mark.parametrize("token", ["x", "wrong", "ünsäglich"])
def test_a_bad_token_is_refused(stack: Stack, token: str):
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = httpx.post(stack.description.redis_url, json=["PING"], headers=headers, trust_env=False)
    assert answer.status_code == 401
    assert "WRONGPASS" in answer.json()["error"]


def test_upstashs_client_sees_a_bad_token_as_an_error(stack: Stack):
    with (
        Redis(url=stack.description.redis_url, token="wrong", rest_retries=0) as client,
        pytest.raises(UpstashError, match="WRONGPASS"),
    ):
        client.ping()


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (["FROBNICATE"], "ERR unknown command"),
        (["GET"], "ERR wrong number of arguments"),
        (["SUBSCRIBE", "x"], "ERR Command is not available"),
        ([], "ERR empty command"),
        ({"GET": "a"}, "ERR failed to parse command"),
    ],
)
def test_a_bad_command_is_a_400_with_the_servers_words(http: httpx.Client, command: object, error: str):
    answer = http.post("/", json=command)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)


def test_a_wrong_type_keeps_its_code(http: httpx.Client, redis: Redis):
    redis.lpush("list", "a")
    assert http.post("/", json=["GET", "list"]).json()["error"].startswith("WRONGTYPE ")


def test_a_body_that_is_too_large_is_refused(http: httpx.Client):
    answer = http.post("/", content=b'["SET","a","' + b"x" * (11 * 1024 * 1024) + b'"]')
    assert answer.status_code == 413
    assert "max request size" in answer.json()["error"]


def test_it_serves_on_when_redis_comes_back(stack: Stack, http: httpx.Client):
    assert http.post("/", json=["SET", "a", "1"]).is_success
    stack.kill("redis")
    try:
        answer = http.post("/", json=["GET", "a"])
        assert answer.status_code == 503
        assert "unreachable" in answer.json()["error"]
    finally:
        stack.start("redis")
    assert http.post("/", json=["GET", "a"]).json() == {"result": None}


def test_a_killed_front_comes_back_on_its_port(stack: Stack, http: httpx.Client):
    stack.kill("redis-rest")
    with pytest.raises(httpx.TransportError):
        http.post("/", json=["PING"])
    stack.start("redis-rest")
    assert eventually(lambda: http.post("/", json=["PING"]).json()) == {"result": "PONG"}


def test_a_command_takes_a_few_milliseconds_at_most(http: httpx.Client):
    def seconds() -> float:
        started = time.perf_counter()
        http.post("/", json=["PING"])
        return time.perf_counter() - started

    assert median(seconds() for _ in range(100)) < 0.02
