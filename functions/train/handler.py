"""One use case: claim a training task, learn, prove it, publish, register."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from functions.train.candidate import Candidate
from functions.train.failure_model import TooLittleDataError
from functions.train.observation.observer import OBSERVATION, Rollout, observe
from functions.train.recipes import MISSING, RECIPES, Order
from functions.train.serving_model import serving_model
from functions.train.window import Window
from shared import logs
from shared.errors import FlexiRoasterError
from shared.served_model import Store

CHALLENGER = "shadow"


class Tasks(Rollout, Protocol):
    """The tasks of one workspace."""

    def claim(self) -> Mapping[str, Any] | None:
        """The next task with its lease, or None."""

    def counts(self, kind: str, *, fingerprint: str) -> Mapping[str, Any]:
        """How many labelled runs there are, which of them to read, and the generation of each rung."""

    def pages(
        self, kind: str, *, rows: str, fingerprint: str, after: float, before: str
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """Labelled runs as the database function ``rows`` hands them out, oldest first."""

    def register(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Register a published model and finish the task."""

    def finish(self, lease: str, result: Mapping[str, Any]) -> bool:
        """Done without a model."""

    def fail(self, lease: str, error: str) -> bool:
        """To be tried again."""


class Artifacts(Protocol):
    """Where models are published."""

    def publish(self, content: bytes, manifest: str, *, sha256: str) -> str:
        """Store a graph and its manifest; the key of the graph."""


@dataclass(slots=True)
class Report:
    """What a wake-up led to."""

    tasks: int = 0
    registered: int = 0
    failed: int = 0
    lost: int = 0


class Trainer:
    """Works a workspace's training tasks off. Nothing is registered before everything about it is stored."""

    def __init__(self, artifacts: Artifacts, models: Store, *, git_revision: str, clock: Callable[[], float]) -> None:
        self._artifacts = artifacts
        self._models = models
        self._git_revision = git_revision
        self._clock = clock

    def run(self, tasks: Tasks, *, budget_seconds: float) -> Report:
        """Begin no task after ``budget_seconds``; the sweep wakes somebody for what is left."""
        report, began = Report(), self._clock()
        while self._clock() - began < budget_seconds:
            task = tasks.claim()
            if task is None:
                break
            report.tasks += 1
            self._work(tasks, task, report)
        return report

    def _work(self, tasks: Tasks, task: Mapping[str, Any], report: Report) -> None:
        try:
            kept = observe(tasks, task["lease"]) if task["kind"] == OBSERVATION else self._train(tasks, task, report)
        except TooLittleDataError as error:
            kept = tasks.finish(task["lease"], {"outcome": "learning", "missing": str(error)})
        # A task must not take its neighbours with it, whatever is wrong with its data; the row keeps the error.
        except Exception as error:  # noqa: BLE001
            message = str(error) if isinstance(error, FlexiRoasterError) else f"{type(error).__name__}: {error}"
            logs.error(message[:2000], action="put_task_off", kind=task["kind"], reason=task["reason"])
            report.failed += 1
            kept = tasks.fail(task["lease"], message[:2000])
        if not kept:
            report.lost += 1
            logs.warning("another trainer took over", action="leave_to_successor", kind=task["kind"])

    def _train(self, tasks: Tasks, task: Mapping[str, Any], report: Report) -> bool:
        kind = task["kind"]
        recipe = RECIPES.get(kind)
        if recipe is None:
            missing = MISSING.get(kind, f"nothing trains {kind!r} yet")
            return tasks.finish(task["lease"], {"outcome": "skipped", "missing": missing})
        fingerprint = recipe.model_input.fingerprint
        known = tasks.counts(kind, fingerprint=fingerprint)
        others = known["other_fingerprints"] if recipe.replay else 0
        if not known["rows"] and not others:
            raise TooLittleDataError(_nothing(known))
        window = Window.from_document(known["window"])

        def read(rows: str) -> Iterator[Sequence[Sequence[Any]]]:
            return tasks.pages(
                kind, rows=rows, fingerprint=fingerprint, after=window.from_at, before=task["claimed_at"]
            )

        pages = recipe.pages(read, recorded=known["rows"], by_other_code=others)
        state = tasks.rollout_state()
        production = serving_model(state, kind, self._models, recipe.model_input)
        candidate = recipe.make(pages, Order(kind, self._git_revision, window, production))
        manifest = candidate.manifest.to_json()
        key = self._artifacts.publish(candidate.content, manifest, sha256=candidate.sha256)
        generation = known["generations"].get(CHALLENGER)
        registration = _registration(candidate, task, key=key, manifest=manifest, generation=generation, window=window)
        registration["evaluation"]["metrics"]["healing"] = state["healing"]
        answer = tasks.register(registration)
        report.registered += answer["stored"]
        return bool(answer["stored"])


def _nothing(counts: Mapping[str, Any]) -> str:
    foreign = counts["other_fingerprints"]
    seen = f"; {foreign} were recorded by code with other features" if foreign else ""
    return f"no ended run was recorded with the features of this code{seen}"


def _registration(
    candidate: Candidate, task: Mapping[str, Any], *, key: str, manifest: str, generation: int | None, window: Window
) -> dict[str, Any]:
    evaluation = candidate.evaluation
    summary = evaluation.summary + window.sentence
    return {
        "lease": task["lease"],
        "kind": task["kind"],
        "object_key": key,
        "sha256": candidate.sha256,
        "size_bytes": len(candidate.content),
        "feature_fingerprint": candidate.manifest.feature_fingerprint,
        "threshold": candidate.manifest.threshold,
        "manifest": json.loads(manifest),
        "evaluation": {"metrics": {**evaluation.metrics}, "summary": summary},
        "evidence": {"reference": candidate.reference},
        "rung": CHALLENGER if evaluation.passed else None,
        # As it was before the training: of two trainers at once, the later one moves nothing.
        "expected_generation": generation,
        "reason": f"trained because of {task['reason']}. {summary}",
    }
