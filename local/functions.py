"""The process that serves the functions: gunicorn with the gateway as its application."""

import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from local.description import StackDescription
from local.object_store import REGION
from local.ports import HOST
from local.process import ManagedProcess

WORKERS = 2
THREADS = 8


def environment(description: StackDescription) -> dict[str, str]:
    """What `shared/config.py` reads in a function of this stack."""
    return {
        "SUPABASE_URL": description.api_url,
        "SUPABASE_PUBLISHABLE_KEY": description.publishable_key,
        "SUPABASE_JWT_SECRET": description.jwt_secret,
        "WEBHOOK_SECRETS": description.webhook_secret,
        "UPSTASH_REDIS_REST_URL": description.redis_url,
        "UPSTASH_REDIS_REST_TOKEN": description.redis_token,
        "ARTIFACTS_BUCKET": description.bucket,
        "ARTIFACTS_ENDPOINT_URL": description.object_store_url,
        "AWS_ACCESS_KEY_ID": description.access_key_id,
        "AWS_SECRET_ACCESS_KEY": description.secret_access_key,
        "AWS_REGION": REGION,
    }


def prepare(data_dir: Path, *, port: int, environment: Mapping[str, str]) -> ManagedProcess:
    """Say how to run the functions in this `environment`."""
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
        # Training's threads otherwise spin while they wait for one another: on a busy machine a fit of one second took
        # two minutes.
        environment={**environment, "OMP_WAIT_POLICY": "PASSIVE"},
        log_path=data_dir / "logs" / "functions.log",
        ready=answers,
        cwd=data_dir,
    )
