"""The stand-in of pg_net: requests leave after the commit, once, and none holds up another."""

import json
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.ports import PortReservation
from local.stack import Stack
from tests.integration.target import Target, listening
from tests.waiting import eventually

Connection = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def target() -> Iterator[Target]:
    with listening() as running:
        yield running


@pytest.fixture
def database(stack: Stack) -> Iterator[Connection]:
    with psycopg.connect(stack.description.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def post(database: Connection, url: str, **arguments: Any) -> int:
    names = ", ".join(f"{name} => %({name})s" for name in arguments)
    statement = f"select net.http_post(url => %(url)s{', ' if names else ''}{names}) as id"
    row = database.execute(statement.encode(), {"url": url, **arguments}).fetchone()
    assert row is not None
    return int(row["id"])


def response(database: Connection, request_id: int) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        return database.execute("select * from net._http_response where id = %s", [request_id]).fetchone()

    answer = eventually(found)
    assert answer is not None
    return answer


def test_a_request_carries_body_headers_and_parameters(database: Connection, target: Target):
    post(
        database,
        target.url + "/detect",
        body=json.dumps({"engine": "detect"}),
        params=json.dumps({"q": "a b&c=ü"}),
        headers=json.dumps({"content-type": "application/json", "webhook-id": "wake_1"}),
    )
    (request,) = eventually(lambda: target.received)
    assert request.path == "/detect?q=a%20b%26c%3D%C3%BC"
    assert json.loads(request.body) == {"engine": "detect"}
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["webhook-id"] == "wake_1"
    assert headers["content-type"] == "application/json"


def test_nothing_leaves_before_the_commit_and_nothing_after_a_rollback(database: Connection, target: Target):
    with database.transaction(force_rollback=True):
        post(database, target.url, body='"rolled back"')
    with database.transaction():
        post(database, target.url, body='"first"')
        post(database, target.url + "/other", body='"second"')
        with psycopg.connect(database.info.dsn, password=database.info.password, autocommit=True) as other:
            marker = other.execute("select net.http_post(url => %s)", [target.url + "/marker"])
            assert marker.rowcount == 1
        eventually(lambda: target.bodies("/marker"))
        assert target.bodies() == []
    eventually(lambda: target.bodies("/other"))
    eventually(lambda: target.bodies())
    assert target.bodies() == [b'"first"']


def test_a_request_leaves_at_the_commit_and_not_at_the_next_poll(database: Connection, target: Target):
    def seconds(number: int) -> float:
        started = time.perf_counter()
        post(database, f"{target.url}/{number}")
        eventually(lambda: target.bodies(f"/{number}"), every_seconds=0.001)
        return time.perf_counter() - started

    assert median(seconds(number) for number in range(9)) < 0.25


def test_the_response_is_kept(database: Connection, target: Target):
    answer = response(database, post(database, target.url + "/teapot"))
    assert (answer["status_code"], answer["content"], answer["timed_out"]) == (418, "kettle \u2615", False)
    assert answer["content_type"] == "text/plain"
    assert answer["headers"]["content-length"] == "11"
    assert answer["error_msg"] is None


def test_an_answer_that_takes_too_long_is_given_up(database: Connection, target: Target):
    target.held.add("/slow")
    answer = response(database, post(database, target.url + "/slow", timeout_milliseconds=200))
    assert answer["timed_out"] is True
    assert answer["error_msg"] == "Timeout of 200 ms reached"
    assert answer["status_code"] is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "nonsense", "http://[::1", ""])
def test_a_target_that_is_not_there_is_an_error_in_the_response(database: Connection, url: str):
    reservation = PortReservation()
    try:
        answer = response(database, post(database, url.format(port=reservation.port)))
    finally:
        reservation.release()
    assert answer["error_msg"]
    assert answer["status_code"] is None


def test_a_flood_to_a_slow_target_does_not_hold_up_another(database: Connection, target: Target):
    target.held.add("/train")
    database.execute("select net.http_post(url => %s) from generate_series(1, 300)", [target.url + "/train"])
    eventually(lambda: target.bodies("/train"))
    post(database, target.url + "/detect")
    eventually(lambda: target.bodies("/detect"), within_seconds=5)
    waiting = database.execute("select count(*) as n from net.http_request_queue").fetchone()
    assert waiting is not None
    assert waiting["n"] > 200
    target.release.set()
    eventually(lambda: len(target.bodies("/train")) == 300, within_seconds=30)


def test_a_thousand_requests_arrive_once_each(database: Connection, target: Target):
    database.execute(
        """
        select net.http_post(url => %s || '/' || number %% 7, body => to_jsonb(number))
        from generate_series(1, 1000) as number
        """,
        [target.url],
    )
    eventually(lambda: len(target.received) >= 1000, within_seconds=60)
    assert sorted(int(request.body) for request in target.received) == list(range(1, 1001))


def test_requests_wait_for_a_killed_worker_and_leave_when_it_is_back(
    stack: Stack, database: Connection, target: Target
):
    stack.kill("wake-ups")
    try:
        post(database, target.url, body='"patient"')
        assert target.received == []
    finally:
        stack.start("wake-ups")
    eventually(lambda: target.bodies() == [b'"patient"'])


def test_the_worker_finds_the_database_again(stack: Stack, target: Target):
    worker = stack.description.processes["wake-ups"]
    stack.kill("postgres")
    stack.start("postgres")
    with psycopg.connect(stack.description.database_url, autocommit=True, row_factory=dict_row) as database:
        post(database, target.url, body='"after the crash"')
        eventually(lambda: target.bodies() == [b'"after the crash"'], within_seconds=15)
    assert stack.description.processes["wake-ups"] == worker
    assert stack.dead() == []


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize(
    "statement",
    [
        "select net.http_post(url => 'http://127.0.0.1/')",
        "select * from net.http_request_queue",
        "select * from net._http_response",
        "select cron.schedule('1 second', 'select 1')",
        "select * from cron.job",
    ],
)
def test_users_can_neither_send_nor_read_what_is_sent(database: Connection, role: str, statement: str):
    database.execute(f"set role {role}".encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute(statement.encode())
