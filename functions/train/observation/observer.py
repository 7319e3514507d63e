"""One use case: look at every deployed model of a workspace, and say what follows, at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from functions.train.observation.answers import Answers
from functions.train.observation.deployment import PRODUCTION, Deployment
from functions.train.observation.findings import Finding, look_at
from functions.train.observation.rollout import decide
from functions.train.quality import Array

OBSERVATION = "observation"


class Rollout(Protocol):
    """The deployed models of one workspace, and what they did."""

    def rollout_state(self) -> Mapping[str, Any]:
        """What is deployed."""

    def observed_answers(self, kind: str) -> Mapping[str, Any]:
        """What was answered, and what became of it."""

    def recent_features(self, kind: str, *, fingerprint: str) -> Sequence[Sequence[float]]:
        """The features of the latest runs, newest first."""

    def complete_observation(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Report, raise, move and request, in one transaction."""


def observe(rollout: Rollout, lease: str) -> bool:
    """Carry out the observation that was claimed under a lease. False: somebody else has taken it over."""
    payload: dict[str, Any] = {"lease": lease, "reports": [], "alerts": [], "steps": [], "train": []}
    deployments = [Deployment.from_document(one) for one in rollout.rollout_state()["deployments"]]
    for kind in sorted({deployment.kind for deployment in deployments}):
        answers = Answers.of_document(rollout.observed_answers(kind))
        findings = [
            look_at(deployment, answers, _features(rollout, deployment))
            for deployment in deployments
            if deployment.kind == kind
        ]
        decisions = decide(findings, answers)
        payload["reports"] += [finding.report() for finding in findings]
        payload["alerts"] += decisions.alerts
        payload["steps"] += decisions.steps
        payload["train"] += _training(kind, findings)
    return bool(rollout.complete_observation(payload)["stored"])


def _training(kind: str, findings: Sequence[Finding]) -> list[Mapping[str, str]]:
    """A request where production has drifted and had not the last time: the data that moved it is learned from once,
    and after that by schedule."""
    return [
        {"kind": kind, "reason": finding.reason}
        for finding in findings
        if finding.deployment.rung == PRODUCTION and finding.is_drifted and not finding.deployment.was_drifted
    ]


def _features(rollout: Rollout, deployment: Deployment) -> Array:
    if not deployment.reference:
        return np.empty((0, 0))
    rows = rollout.recent_features(deployment.kind, fingerprint=deployment.model.feature_fingerprint)
    # As precise as what models are trained on: a value that makes up a bin of its own must be met exactly.
    return np.array(rows[::-1], dtype=np.float32).reshape(len(rows), -1 if rows else 0)
