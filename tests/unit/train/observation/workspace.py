"""A workspace with models on rungs, what they answered, and what was said about them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.train.observation.observer import observe

KIND = "failure_prediction"
HEURISTIC = "none"


def deployment(rung: str, version: str, **other: Any) -> dict[str, Any]:
    model = {
        "id": version,
        "model_version": f"tides:{version}",
        "object_key": f"models/{version}.onnx",
        "sha256": "ab" * 32,
        "size_bytes": 2048,
        "feature_fingerprint": "f",
        "threshold": None,
    }
    document = {
        "kind": KIND,
        "rung": rung,
        "model": model,
        "generation": {"shadow": 4, "canary": 5, "production": 6}[rung],
        "since": 100.0,
        "pinned": False,
        "canary_percent": None,
        "previous_version_id": None,
        "reference": {},
        "trained_until": None,
        "was_drifted": False,
    }
    return document | other


def runs(count: int, *, served_by: str | None = None, answers: Mapping[str, Any], at: float = 200.0) -> list[list[Any]]:
    """Labelled runs, half of them failed. ``answers``: by rung or version, how sure of the truth each is (1 right, 0
    wrong); the one of ``served_by`` (None: the heuristic) was served, the others kept beside it as (rung, version)."""
    rows = []
    for number in range(count):
        failed = number % 2
        said = {who: (sure if failed else 1.0 - sure) for who, sure in answers.items()}
        served = said[HEURISTIC if served_by is None else served_by]
        beside = [
            ["none", None, said[who]] if who == HEURISTIC else ["shadow", who, said[who]]
            for who in answers
            if who != (HEURISTIC if served_by is None else served_by)
        ]
        rows.append([f"run-{number}", at + number, at + number, failed, served_by, served, beside])
    return rows


@dataclass
class Rollout:
    """A workspace that remembers what was said about it."""

    deployments: list[dict[str, Any]]
    labelled: list[list[Any]] = field(default_factory=list)
    features: Sequence[Sequence[float]] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)

    def rollout_state(self) -> Mapping[str, Any]:
        return {"deployments": self.deployments, "healing": None}

    def observed_answers(self, kind: str) -> Mapping[str, Any]:
        return {"labelled": self.labelled, "unlabelled": [], "earlier": 0}

    def recent_features(self, kind: str, *, fingerprint: str) -> Sequence[Sequence[float]]:
        return self.features

    def complete_observation(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        self.payload = json.loads(json.dumps(payload, allow_nan=False))
        return {"stored": True}

    def observed(self) -> Mapping[str, Any]:
        assert observe(self, "lease-1")
        return self.payload

    def steps(self) -> list[tuple[str, str, int]]:
        return [(step["action"], step["rung"], step["generation"]) for step in self.observed()["steps"]]
