"""What `heal` is shown, as small as it can be."""

from typing import Any

NOW = "2026-11-24T12:00:00+00:00"
POLICY = {
    "autonomy": "auto",
    "highest_tier_alone": 3,
    "actions_per_hour": 5,
    "actions_per_day": 20,
    "workspace_actions_per_hour": 200,
    "workspace_actions_per_day": 1000,
    "attempts_per_failure": 5,
    "cooldown_seconds": 300,
    "cost_per_hour": 0,
    "budget_per_day": None,
    "kill_switch": False,
    "memory_ceiling_mb": None,
    "timeout_ceiling_seconds": None,
}
USAGE = dict.fromkeys(("pipeline_hour", "pipeline_day", "workspace_hour", "workspace_day", "cost_day"), 0) | {
    f"{name}_frees_at": None for name in ("pipeline_hour", "pipeline_day", "workspace_hour", "workspace_day")
}
USUAL = {
    "completed": 20,
    "failed": 0,
    "passed_by_itself": 0,
    "rows": 1000,
    "volume_mb": 10,
    "rows_per_mb": 100,
    "seconds": 60,
    "longest_seconds": 80,
}


def cause(subcause: str, family: str = "connection_auth", **fields: Any) -> dict[str, Any]:
    """A root cause of rank 1."""
    row = {"id": "c1", "rank": 1, "family": family, "subcause": subcause, "transient": False, "confidence": 0.9}
    return {**row, "stage_name": None, "first_action": "Look at it.", "evidence": {}, **fields}


def refused(**fields: Any) -> dict[str, Any]:
    """A cause that passes by itself."""
    return cause("connection_refused", transient=True, **fields)


def tried(action: str, status: str = "ineffective", **fields: Any) -> dict[str, Any]:
    """An action about the same failure."""
    row = {"id": f"a-{action}", "action": action, "status": status, "request": {"changes": []}, "evidence": {}}
    return {**row, "created_at": NOW, "verify_by": "2026-11-24T12:05:00+00:00", **fields}


def context(*causes: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A failure with these causes, on a pipeline with one stage that may run twice."""
    policy, usual = {**POLICY, **parts.pop("policy", {})}, {**USUAL, **parts.pop("usual", {})}
    usage = {**USAGE, "last_at": None, **parts.pop("usage", {})}
    config = parts.pop("config", {})
    run = {
        "id": "r1",
        "status": "failed",
        "attempt": 1,
        "error_message": "",
        "completed_at": NOW,
        "created_at": NOW,
        "duration_seconds": 60,
    }
    return {
        "now": NOW,
        "run": run,
        "run_stages": [],
        "pipeline": {"id": "p1", "name": "espresso", "is_active": True, "version": 3, "config": config},
        "stages": [{"name": "brew", "order_index": 0, "dependencies": [], "idempotency": "safe"}],
        "causes": list(causes),
        "fingerprint": "f1",
        "chain": ["r1"],
        "actions": [],
        "tried": None,
        "plan": None,
        "superseded": False,
        "policy": policy,
        "usage": usage,
        "maintained_until": None,
        "known_good": None,
        "person_config": config,
        "usual": usual,
        "outcomes": [],
        "outage": {"pipelines": 1, "opens_at": 3, "probe_seconds": 20, "breaker": None},
        "backoff_seconds": 5,
        "backoff_limit_seconds": 600,
        **parts,
    }
