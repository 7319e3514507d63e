"""What was found about one deployed model: drift, estimated and real quality, and the verdict of its test."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from functions.train.observation.answers import AnsweredRun, Answers
from functions.train.observation.deployment import Deployment
from functions.train.observation.drift import DRIFTED, answer_drift, feature_drift
from functions.train.observation.estimated_quality import estimate_quality
from functions.train.quality import Array, brier, roc_auc


@dataclass(slots=True)
class Finding:
    """``score`` is the largest drift of any feature or of the answers. ``verdict`` is in words."""

    deployment: Deployment
    drift: Mapping[str, float]
    answers: float
    evidence: dict[str, Any]
    labelled: int = 0
    verdict: str = ""
    regressed: bool = False
    test: Mapping[str, Any] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The largest drift."""
        return max([self.answers, *self.drift.values()])

    @property
    def is_drifted(self) -> bool:
        """Whether the model is to be trained anew."""
        return self.score > DRIFTED or self.regressed

    @property
    def reason(self) -> str:
        """Why it is to be trained anew."""
        if self.regressed:
            return f"{self.deployment.model.model_version} became worse in production"
        moved = [name for name, drift in self.drift.items() if drift > DRIFTED] or ["what it answers"]
        return f"drift of {', '.join(moved[:3])} under {self.deployment.model.model_version}"

    def report(self) -> dict[str, Any]:
        """The row of ``drift_reports``."""
        return {
            "model_version_id": self.deployment.model.id,
            "score": self.score,
            "is_drifted": self.is_drifted,
            "evidence": {
                **self.evidence,
                "rung": self.deployment.rung,
                "labelled": self.labelled,
                "verdict": self.verdict,
                "regressed": self.regressed,
                "test": self.test,
                "features": self.drift,
                "answers": self.answers,
            },
        }


def look_at(deployment: Deployment, answers: Answers, features: Array) -> Finding:
    """Drift and quality of a deployed model, from the answers since it came to its rung and the ``features`` of the
    latest runs [m, features], oldest first."""

    def answered(run: AnsweredRun) -> float | None:
        return run.of_version(deployment.model.id)

    failed, said = answers.paired(answered, since=deployment.since)
    every = answers.of(answered, since=deployment.since)
    estimated = estimate_quality(every, labelled=(failed, said)) if deployment.is_tested else None
    return Finding(
        deployment,
        drift=feature_drift(deployment.reference, features),
        answers=answer_drift(deployment.reference, every),
        evidence={
            "estimated": asdict(estimated) if estimated else {},
            "real": _real_quality(failed, said),
        },
        labelled=len(failed),
    )


def _real_quality(failed: Array, said: Array) -> dict[str, Any]:
    if len(failed) == 0:
        return {}
    return {
        "rows": len(failed),
        "failures": int(failed.sum()),
        "brier": brier(failed, said),
        "accuracy": float(((said >= 0.5) == (failed == 1)).mean()),
        "roc_auc": roc_auc(failed, said),
    }
