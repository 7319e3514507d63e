"""The process that serves the functions: gunicorn with the gateway as its application."""

import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from local.ports import HOST
from local.process import ManagedProcess

WORKERS = 2
THREADS = 8


def prepare(data_dir: Path, *, port: int, environment: Mapping[str, str]) -> ManagedProcess:
    """Say how to run the functions; `environment` is what `shared/config.py` reads."""
    options = {
        "--bind": f"{HOST}:{port}",
        "--workers": WORKERS,
        "--worker-class": "gthread",
        "--threads": THREADS,
        "--keep-alive": 75,
        "--timeout": 120,
        "--graceful-timeout": 5,
        "--log-level": "warning",
        "--worker-tmp-dir": data_dir,
    }

    def answers() -> bool:
        try:
            httpx.get(f"http://{HOST}:{port}/", timeout=5, trust_env=False)
        except httpx.TransportError:
            return False
        return True

    words = [str(word) for option in options.items() for word in option]
    return ManagedProcess(
        name="functions",
        command=[sys.executable, "-P", "-m", "gunicorn", "--preload", *words, "local.gateway:load()"],
        environment=environment,
        log_path=data_dir / "logs" / "functions.log",
        ready=answers,
        cwd=data_dir,
    )
