"""A Supabase project in memory, as far as a replay knows one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

USER_ID = "8e1c0b58-0000-4000-8000-000000000001"
WORKSPACE_ID = "5f0c8a4e-54d8-4a57-9d3c-000000000002"
USER = {
    "id": USER_ID,
    "aud": "authenticated",
    "app_metadata": {},
    "user_metadata": {},
    "created_at": "2026-01-01T00:00:00Z",
}
SESSION = {"access_token": "t", "refresh_token": "r", "token_type": "bearer", "expires_in": 3600, "user": USER}


@dataclass
class Project:
    """What was stored, and how the engines behave: ``depths`` are the queue depths that are reported one by one."""

    pipelines: dict[str, dict[str, Any]] = field(default_factory=dict)
    payloads: list[dict[str, list[dict[str, Any]]]] = field(default_factory=list)
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    depths: list[int] = field(default_factory=lambda: [0])
    before_ingest: Callable[[], None] = lambda: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, parameters = request.url.path, request.url.params
        if path.startswith("/auth/"):
            return httpx.Response(200, json=SESSION)
        if path == "/rest/v1/rpc/ingest":
            self.before_ingest()
            self._ingest(json.loads(request.content)["payload"])
            return httpx.Response(200, json={})
        if path == "/rest/v1/rpc/queue_status":
            waiting = self.depths.pop(0) if len(self.depths) > 1 else self.depths[0]
            engine = {"engine": "detect", "waiting": waiting, "leased": 0, "dead_letters": 0}
            return httpx.Response(200, json={"engines": [engine]})
        if path == "/rest/v1/pipelines" and request.method == "POST":
            for row in json.loads(request.content):
                self.pipelines.setdefault(row["id"], row)
            return httpx.Response(201, json=[])
        if path == "/rest/v1/pipelines":
            rows = [] if "id" in parameters else list(self.pipelines.values())
            return httpx.Response(200, json=rows)
        if path == "/rest/v1/workspaces" and request.method == "GET":
            own = parameters.get("personal_for") == f"eq.{USER_ID}" and "id" not in parameters
            return httpx.Response(200, json=[{"id": WORKSPACE_ID}] if own else [])
        ended = sum(row["status"] != "running" for row in self.executions.values())
        counts = {
            "/rest/v1/predictions": len(self.executions),
            "/rest/v1/detections": 0 if "is_anomaly" in parameters else ended,
            "/rest/v1/workspaces": int(parameters.get("id") == f"eq.{WORKSPACE_ID}"),
        }
        return httpx.Response(200, headers={"content-range": f"*/{counts[path]}"})

    def _ingest(self, payload: dict[str, list[dict[str, Any]]]) -> None:
        self.payloads.append(payload)
        for row in payload["executions"]:
            assert any(row["pipeline_id"] == known for known in self.pipelines), "the pipeline comes first"
            self.executions.setdefault(row["id"], {}).update(row)
        self.metrics.update({row["id"]: row for row in payload["metrics"]})
