"""Cold start of `detect`: from the start of its process to its first answer, with a model in the object store.

Run: ``python -m bench.cold_start [--starts N]``. Targets: <= 1.0 s; resident memory of one serving function <= 180 MB.
The floor is a functions-framework process with a function that does nothing.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.model import constant_model, publish_model
from bench.processes import largest_resident_mb
from bench.report import show
from bench.stack import signed_in, temporary_stack
from local import functions
from local.ports import HOST, PortReservation
from local.process import child_environment
from shared.run_features import END_OF_RUN

EMPTY_FUNCTION = "def empty(request):\n    return '{}'\n"
DETECT = Path(__file__).parent.parent / "functions" / "detect" / "main.py"
PATIENCE_SECONDS = 20.0


def start(source: Path, target: str, environment: dict[str, str], request: dict[str, Any]) -> tuple[float, float, str]:
    """Seconds from process start to the first answer, the process's memory in MB then, and the answer."""
    reservation = PortReservation(0, option="")
    command = [sys.executable, "-m", "functions_framework", "--source", str(source), "--target", target]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--host", HOST, "--port", str(reservation.port)],
        env=child_environment(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                answer = httpx.post(f"http://{HOST}:{reservation.port}/", timeout=10, trust_env=False, **request)
                break
            except httpx.ConnectError:
                if time.perf_counter() - began > PATIENCE_SECONDS:
                    raise
                time.sleep(0.002)
        seconds = time.perf_counter() - began
        return seconds, largest_resident_mb(process.pid), answer.raise_for_status().text
    finally:
        process.terminate()
        process.wait()
        reservation.release()


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--starts", type=int, default=9)
    starts = arguments.parse_args().starts
    with temporary_stack() as stack, tempfile.TemporaryDirectory() as folder:
        user = signed_in(stack.description)
        pipeline: Any = user.table("pipelines").insert({"name": "bench"}).execute().data[0]
        publish_model(
            stack.description,
            pipeline["workspace_id"],
            kind="anomaly_detection",
            content=constant_model(0.1, fed=END_OF_RUN),
            fingerprint=END_OF_RUN.fingerprint,
        )
        session = user.auth.get_session()
        if session is None:
            raise SystemExit("the demo user has no session")
        question = {
            "json": {"pipeline_id": pipeline["id"], "duration_seconds": 60},
            "headers": {"authorization": f"Bearer {session.access_token}"},
        }
        environment = functions.environment(stack.description)
        empty = Path(folder) / "main.py"
        empty.write_text(EMPTY_FUNCTION)
        floor = [start(empty, "empty", environment, {"json": {}}) for _ in range(starts)]
        detect = [start(DETECT, "detect", environment, question) for _ in range(starts)]
    if not all('"model": "onnx"' in answer for _, _, answer in detect):
        raise SystemExit(f"the model did not answer: {detect[0][2]}")
    show(
        f"Cold start, median of {starts} (lowest to highest)",
        {
            "empty function (floor)": _line(floor),
            "detect, model fetched and run (target 1.0 s, 180 MB)": _line(detect),
        },
    )


def _line(starts: list[tuple[float, float, str]]) -> str:
    seconds = [second for second, _, _ in starts]
    median = statistics.median(seconds)
    return f"{median:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), {max(mb for _, mb, _ in starts):.0f} MB"


if __name__ == "__main__":
    main()
