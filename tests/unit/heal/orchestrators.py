"""Orchestrators on a local port that behave like the real ones, wrong answers included."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]


class Server:
    """A local HTTP server. ``answer`` gets method, path, headers and body; None: it hangs up without a word."""

    def __init__(self, answer: Callable[[str, str, dict[str, str], Any], Answer | None]) -> None:
        self.seen: list[tuple[str, str, Any]] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _respond(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                body = json.loads(raw) if raw else None
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.seen.append((self.command, self.path, body))
                outer.headers.append({**headers, "raw": raw.decode()})
                answered = answer(self.command, self.path, headers, body)
                if answered is None:
                    self.close_connection = True
                    return
                status, said = answered
                content = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("location", "http://127.0.0.1:1/elsewhere")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _respond  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class FakeAirflow:
    """One DAG, two runs of it, and how the answers are to be wrong."""

    def __init__(self) -> None:
        self.states = {
            ("monday", "grind"): "success",
            ("monday", "brew"): "failed",
            ("monday", "pour"): "upstream_failed",
            ("sunday", "brew"): "failed",
        }
        self.mood = ""

    def __call__(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer | None:
        if headers.get("authorization") != "Bearer airflow-token":
            return 401, {"detail": "Invalid JWT token"}
        if (method, path) != ("POST", "/api/v2/dags/coffee/clearTaskInstances"):
            return 404, {"detail": "The Dag was not found"}
        cleared = [
            (run, task)
            for (run, task), state in self.states.items()
            if body.get("dag_run_id") in (None, run)
            and (not body.get("task_ids") or task in body["task_ids"])
            and (not body.get("only_failed") or state in ("failed", "upstream_failed"))
        ]
        if self.mood == "lists too much":
            cleared.append(("sunday", "brew"))
        if self.mood == "garbage":
            return 200, b"<html>Log in</html>"
        if self.mood == "refuses":
            return 409, {"detail": "Task instance is running"}
        if not body["dry_run"]:
            self.states |= dict.fromkeys(cleared, "queued")
            if self.mood == "dies after acting":
                self.mood = ""
                return None
        instances = [{"dag_run_id": run, "task_id": task} for run, task in cleared]
        return 200, {"task_instances": instances, "total_entries": len(instances)}


class FakeGitHub:
    """One workflow run."""

    def __init__(self) -> None:
        self.run = {"id": 42, "status": "completed", "conclusion": "failure", "run_attempt": 1}
        self.reruns = 0
        self.mood = ""

    def __call__(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer | None:
        if headers.get("authorization") != "Bearer github-token":
            return 401, {"message": "Bad credentials"}
        if (method, path) == ("GET", "/repos/roastery/beans/actions/runs/42"):
            return (200, ["what"]) if self.mood == "garbage" else (200, self.run)
        if (method, path) == ("POST", "/repos/roastery/beans/actions/runs/42/rerun-failed-jobs"):
            if self.mood == "refuses":
                return 403, {"message": "Unable to retry this workflow run because it was created over a month ago"}
            self.reruns += 1
            self.run |= {"status": "queued", "conclusion": None, "run_attempt": self.run["run_attempt"] + 1}
            if self.mood == "dies after acting":
                self.mood = ""
                return None
            return 201, {}
        return 404, {"message": "Not Found"}
