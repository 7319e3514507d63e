"""An S3-compatible object store: the moto server, in memory."""

import sys
from pathlib import Path

import httpx

from local.ports import HOST
from local.process import ManagedProcess

BUCKET = "flexiroaster-artifacts"
REGION = "us-east-1"


def prepare(data_dir: Path, *, port: int) -> ManagedProcess:
    """Say how to run the server. It keeps nothing when it stops."""

    def answers() -> bool:
        try:
            return httpx.get(f"http://{HOST}:{port}/moto-api/", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False

    return ManagedProcess(
        name="object-store",
        command=[sys.executable, "-P", "-m", "moto.server", "-H", HOST, "-p", str(port)],
        log_path=data_dir / "logs" / "object-store.log",
        ready=answers,
        cwd=data_dir,
        stop_seconds=3,
    )


def make_bucket(url: str) -> None:
    """Create the bucket; nothing happens when it exists. moto asks for no signature of the owner's."""
    httpx.put(
        f"{url}/{BUCKET}",
        headers={"Authorization": f"AWS4-HMAC-SHA256 Credential=local/20260101/{REGION}/s3/aws4_request"},
        timeout=10,
        trust_env=False,
    ).raise_for_status()
