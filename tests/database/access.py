"""Who may do what to which table: one line per table of schema public."""

from dataclasses import dataclass
from typing import Any

from tests.database.roastery import ENGINES

ADMINS = frozenset({"owner", "admin"})
WRITERS = ADMINS | {"member"}
PEOPLE = WRITERS | {"viewer"}
READERS = PEOPLE | set(ENGINES)
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """The actors who may insert, update and delete a row of the home workspace, and a change to try."""

    insert: frozenset[str]
    update: frozenset[str]
    delete: frozenset[str]
    change: dict[str, Any]
    select: frozenset[str] = READERS


def written_by(engine: str, change: dict[str, Any], *, people: frozenset[str] = NOBODY) -> Line:
    """A table that one engine writes, and in which people change one thing."""
    return Line(frozenset({engine}), people | {engine}, NOBODY, change)


LINES = {
    # The home workspace is a personal one, which nobody deletes; anyone signed in makes further ones.
    "workspaces": Line(PEOPLE | {"stranger"}, ADMINS, NOBODY, {"name": "Northern Roastery"}),
    "workspace_members": Line(ADMINS, ADMINS, ADMINS, {"role": "member"}, select=PEOPLE),
    "pipelines": Line(WRITERS, WRITERS, ADMINS, {"description": "light roast"}),
    "pipeline_versions": Line(NOBODY, NOBODY, NOBODY, {"known_good": True}),
    "pipeline_stages": Line(WRITERS, WRITERS, WRITERS, {"order_index": 3}),
    "executions": Line(WRITERS, WRITERS, ADMINS, {"rows_processed": 60}),
    "execution_stages": Line(WRITERS, WRITERS, ADMINS, {"duration_seconds": 90}),
    "logs": Line(WRITERS, NOBODY, ADMINS, {"message": "second crack"}),
    "metrics": Line(WRITERS, NOBODY, ADMINS, {"metric_value": 211.0}),
    "predictions": written_by("predict", {"failure_probability": 0.4}),
    "detections": written_by("detect", {"score": 0.9}),
    # Counted by a trigger as detections are stored.
    "error_signatures": Line(NOBODY, NOBODY, NOBODY, {"occurrences": 7}),
    "root_causes": written_by("rca", {"confidence": 0.7}),
    "healing_plans": written_by("heal", {"status": "approved"}),
    "healing_actions": written_by("heal", {"status": "acting"}),
    # Written by the functions that act and verify; the audit is never changed by anybody.
    "healing_audit": Line(NOBODY, NOBODY, NOBODY, {"why": "because"}),
    "healing_actuators": Line(ADMINS, ADMINS, ADMINS, {"secret_name": "BEANS"}),
    "action_outcomes": Line(NOBODY, NOBODY, NOBODY, {"successes": 7}),
    "healing_breakers": Line(NOBODY, NOBODY, NOBODY, {"status": "closed"}),
    "recommendations": written_by("recommend", {"status": "applied"}, people=WRITERS),
    "alerts": Line(frozenset(ENGINES), WRITERS | set(ENGINES), NOBODY, {"status": "acknowledged"}),
    "ai_insights": Line(frozenset(ENGINES), WRITERS | set(ENGINES), NOBODY, {"is_dismissed": True}),
    # Versions and pointers are written by functions, which keep a record of every move.
    "model_versions": Line(NOBODY, NOBODY, NOBODY, {"threshold": 0.5}),
    "model_deployments": Line(NOBODY, NOBODY, NOBODY, {"reason": "better"}),
    "model_changes": Line(NOBODY, NOBODY, NOBODY, {"reason": "better"}),
    "model_evaluations": written_by("train", {"metrics": {"auc": 0.8}}),
    "drift_reports": written_by("train", {"is_drifted": True}),
    # Incidents are made of detections, by the database itself.
    "incidents": Line(NOBODY, NOBODY, NOBODY, {"severity": "high"}),
    "incident_pipelines": Line(NOBODY, NOBODY, NOBODY, {"is_over": True}),
    "pipeline_dependencies": Line(WRITERS, WRITERS, WRITERS, {"source": "lineage"}),
    "silences": Line(WRITERS, WRITERS, WRITERS, {"reason": "drum cleaning"}),
    # The row to change was said by the owner, and nobody else changes an opinion.
    "feedback": Line(WRITERS, frozenset({"owner"}), frozenset({"owner"}), {"note": "it was the beans"}),
    "approvals": Line(ADMINS, NOBODY, NOBODY, {"note": "go on"}),
    "healing_policies": Line(ADMINS, ADMINS, ADMINS, {"kill_switch": True}),
    "maintenance_windows": Line(ADMINS, ADMINS, ADMINS, {"reason": "drum cleaning"}),
}
