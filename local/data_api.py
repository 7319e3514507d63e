"""The Supabase Data API and Auth: `@supabase/lite` in front of a Postgres."""

import json
from pathlib import Path

import httpx

from local.credentials import Credentials
from local.description import write_private
from local.errors import StackError
from local.node import FOLDER as NODE_FOLDER
from local.node import node
from local.ports import HOST
from local.process import ManagedProcess

PROGRAM = NODE_FOLDER / "node_modules" / "@supabase" / "lite" / "dist" / "cli" / "index.js"
PRELOAD = NODE_FOLDER / "preload.mjs"
MAX_ROWS = 1000


def configuration(*, port: int, database_url: str, credentials: Credentials) -> str:
    """The text of Lite's `supabase/config.toml`."""
    tables: dict[str, dict[str, object]] = {
        "api": {"port": port, "schemas": ["public"], "max_rows": MAX_ROWS},
        "db": {"driver": "postgres", "url": database_url},
        "auth": {
            "publishable_key": credentials.publishable_key,
            "secret_key": credentials.secret_key,
            "jwt_secret": credentials.jwt_secret,
            "enable_signup": True,
        },
        "auth.email": {"enable_confirmations": False},
    }
    lines = []
    for table, values in tables.items():
        lines.append(f"[{table}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def prepare(data_dir: Path, *, port: int, database_url: str, credentials: Credentials) -> ManagedProcess:
    """Write the configuration and say how to run the server.

    Raises:
        StackError: Node.js or the packages are not installed.
    """
    if not PROGRAM.exists():
        raise StackError("The embedded Data API is missing: run `make install`.")
    project = data_dir / "data-api"
    (project / "supabase").mkdir(parents=True, exist_ok=True)
    write_private(
        project / "supabase" / "config.toml",
        configuration(port=port, database_url=database_url, credentials=credentials),
    )
    options = ["--no-telemetry", "start", "--no-admin", "--host", HOST]
    return ManagedProcess(
        name="data-api",
        command=[node(), "--import", PRELOAD.as_uri(), str(PROGRAM), *options],
        environment={"DO_NOT_TRACK": "1", "LITE_NON_INTERACTIVE": "1", "NODE_ENV": "production"},
        log_path=data_dir / "logs" / "data-api.log",
        ready=lambda: answers(f"http://{HOST}:{port}", credentials.publishable_key),
        cwd=project,
        stop_seconds=3,
    )


def answers(api_url: str, publishable_key: str) -> bool:
    """Whether the Data API reaches its database."""
    try:
        response = httpx.get(
            f"{api_url}/auth/v1/settings", headers={"apikey": publishable_key}, timeout=5, trust_env=False
        )
    except httpx.TransportError:
        return False
    return response.is_success


def sign_up(api_url: str, *, publishable_key: str, email: str, password: str) -> None:
    """Sign a user up; nothing happens when the user exists with this password.

    Raises:
        StackError: the user can neither be made nor signed in.
    """
    headers = {"apikey": publishable_key}
    body = {"email": email, "password": password}
    with httpx.Client(base_url=api_url, headers=headers, timeout=30, trust_env=False) as client:
        if client.post("/auth/v1/token", params={"grant_type": "password"}, json=body).is_success:
            return
        response = client.post("/auth/v1/signup", json=body)
    if not response.is_success:
        raise StackError(f"The demo user {email} cannot sign up: the Data API answered {response.text[:300]}")
