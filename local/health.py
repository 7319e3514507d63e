"""Whether each part of a running stack answers."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg

from local.connection import APPLICATION_NAME
from local.data_api import answers as data_api_answers
from local.description import StackDescription

TIMEOUT_SECONDS = 5
WORKER_CONNECTED = "select exists (select from pg_catalog.pg_stat_activity where application_name = %s)"


@dataclass(frozen=True)
class PartHealth:
    """One part. `pid` is None where the process is not ours or does not run, `port` where it listens on none."""

    name: str
    pid: int | None
    port: int | None
    healthy: bool
    detail: str


def check(description: StackDescription) -> list[PartHealth]:
    """Ask every part of the stack, in the order in which they depend on one another."""
    database = _database(description)
    redis_rest = _probe_redis(description)
    probes: dict[str, Callable[[], str]] = {
        "postgres": lambda: database.trouble,
        "redis": lambda: redis_rest.redis_trouble,
        "redis-rest": lambda: redis_rest.trouble,
        "object-store": lambda: _http_trouble(f"{description.object_store_url}/moto-api/"),
        "data-api": lambda: (
            "" if data_api_answers(description.api_url, description.publishable_key) else "does not answer"
        ),
        "wake-ups": lambda: database.worker_trouble,
        "functions": lambda: _http_trouble(f"{description.gateway_url}/healthz"),
    }
    ports = {
        "postgres": urlsplit(description.database_url).port or 5432,
        "redis-rest": urlsplit(description.redis_url).port,
        "object-store": urlsplit(description.object_store_url).port,
        "data-api": urlsplit(description.api_url).port,
        "functions": urlsplit(description.gateway_url).port,
    }
    healths = []
    for name, probe in probes.items():
        pid = description.processes.get(name)
        if name == "wake-ups" and pid is None:
            continue
        trouble = probe()
        external = name == "postgres" and not description.embedded_postgres
        if not external and not _runs(pid):
            pid, trouble = None, "does not run"
        port = ports.get(name) or (_listening_port(pid) if pid is not None else None)
        healths.append(PartHealth(name=name, pid=pid, port=port, healthy=not trouble, detail=trouble or "answers"))
    return healths


def worker_connected(database_url: str) -> bool:
    """Whether the wake-ups worker is connected to the database.

    Raises:
        psycopg.OperationalError: we are not ourselves.
    """
    with psycopg.connect(database_url, connect_timeout=TIMEOUT_SECONDS) as connection:
        row = connection.execute(WORKER_CONNECTED, [APPLICATION_NAME]).fetchone()
    return row is not None and bool(row[0])


@dataclass(frozen=True)
class _Database:
    trouble: str
    worker_trouble: str


def _database(description: StackDescription) -> _Database:
    try:
        connected = worker_connected(description.database_url)
    except psycopg.OperationalError as error:
        return _Database(trouble=_one_line(error), worker_trouble="the database is away")
    return _Database(trouble="", worker_trouble="" if connected else "is not connected to the database")


@dataclass(frozen=True)
class _Redis:
    trouble: str
    redis_trouble: str


def _probe_redis(description: StackDescription) -> _Redis:
    headers = {"Authorization": f"Bearer {description.redis_token}"}
    try:
        answer = httpx.post(
            description.redis_url, json=["PING"], headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
        )
    except httpx.TransportError as error:
        return _Redis(trouble=f"does not answer ({error})", redis_trouble="cannot be asked: its REST front is down")
    return _Redis(trouble="", redis_trouble="" if answer.is_success else answer.text[:200])


def _http_trouble(url: str) -> str:
    try:
        answer = httpx.get(url, timeout=TIMEOUT_SECONDS, trust_env=False)
    except httpx.TransportError as error:
        return f"does not answer ({error})"
    return "" if answer.is_success else f"answers {answer.status_code}: {answer.text[:200]}"


def _runs(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _listening_port(pid: int) -> int | None:
    try:
        connections = psutil.Process(pid).net_connections(kind="tcp")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return next((item.laddr.port for item in connections if item.status == psutil.CONN_LISTEN), None)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
