import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from functions.train.artifact_store import ArtifactStoreError
from functions.train.candidate import Candidate, make_candidate
from functions.train.dataset import Dataset
from functions.train.evaluation import evaluate
from functions.train.failure_model import TooLittleDataError, fit_failure_model
from functions.train.handler import Trainer
from shared.claim import ModelReference
from shared.errors import ModelFault
from shared.features import FEATURES, FINGERPRINT, INDEX
from shared.model_store import OnnxModel

RATE = INDEX["pipeline_failure_rate_3_runs"]
SUNDAY = 1_700_000_000.0


def history(rows: int = 1200, *, meaning: float = 1.0, seed: int = 3) -> Dataset:
    """Runs whose chance to fail is their pipeline's recent failure rate, or its opposite (``meaning`` -1)."""
    random = np.random.default_rng(seed)
    features = random.random((rows, len(FEATURES)), dtype=np.float32)
    chance = features[:, RATE] if meaning > 0 else 1.0 - features[:, RATE]
    started_at = SUNDAY + 600.0 * np.arange(rows)
    return Dataset(
        features,
        (random.random(rows) < chance**2).astype(np.int8),
        started_at,
        started_at + 300.0,
        np.arange(rows) % 4,
        np.full(rows, 300.0),
        np.ones(rows),
    )


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    return make_candidate(history(), kind="failure_prediction", git_revision="abc")


def test_a_higher_failure_rate_never_means_a_lower_risk() -> None:
    data = history(meaning=-1.0)
    model = fit_failure_model(data.features, data.failed, pipeline=data.pipeline)
    rows = np.repeat(data.features[:1], 50, axis=0)
    rows[:, RATE] = np.linspace(0, 1, 50)
    assert np.all(np.diff(model.probability(rows)) >= 0)


@pytest.mark.parametrize(
    ("failed", "missing"),
    [
        (np.zeros(499), "1 more ended runs are needed"),
        (np.zeros(1000), "50 more failures are needed"),
        (np.ones(1000), "50 more successes are needed"),
        (np.empty(0), "500 more ended runs are needed"),
    ],
)
def test_too_little_to_learn_from_says_how_much_is_missing(failed: np.ndarray, missing: str) -> None:
    with pytest.raises(TooLittleDataError, match=missing):
        fit_failure_model(np.zeros((len(failed), len(FEATURES)), np.float32), failed, pipeline=failed)


def test_constant_columns_and_repeated_rows_train_a_model_that_says_the_base_rate() -> None:
    failed = np.tile([0, 0, 0, 1], 300)
    model = fit_failure_model(np.ones((1200, len(FEATURES)), np.float32), failed, pipeline=np.ones(1200))
    assert model.probability(np.ones((1, len(FEATURES)), np.float32)) == pytest.approx(0.25, abs=0.01)


def test_a_candidate_that_knows_more_passes_and_says_so() -> None:
    found = evaluate(history(4000))
    assert found.passed
    assert found.metrics["methods"]["candidate"]["roc_auc"]["value"] > 0.7
    assert "Not worse" in found.summary
    for figure in found.metrics["methods"]["candidate"].values():
        assert figure["low"] <= figure["value"] <= figure["high"]


def test_a_candidate_whose_data_changed_its_meaning_does_not_pass() -> None:
    before, after = history(3000), history(1000, meaning=-1.0)
    drifted = Dataset(
        np.concatenate([before.features, after.features]),
        np.concatenate([before.failed, after.failed]),
        *(
            np.concatenate([a, b + 3000 * 600.0])
            for a, b in ((before.started_at, after.started_at), (before.ended_at, after.ended_at))
        ),
        *(
            np.concatenate([getattr(before, name), getattr(after, name)])
            for name in ("pipeline", "duration_seconds", "weight")
        ),
    )
    found = evaluate(drifted)
    assert not found.passed
    assert "not deployed" in found.summary


def test_nothing_that_ended_after_the_judged_runs_began_is_learned_from() -> None:
    data = history(2000)
    late = dataclasses.replace(data, ended_at=np.full(2000, SUNDAY * 2))
    with pytest.raises(TooLittleDataError):
        evaluate(late)


def test_the_published_graph_answers_what_was_trained(candidate: Candidate) -> None:
    data = history()
    model = fit_failure_model(data.features, data.failed, pipeline=data.pipeline)
    graph = OnnxModel(candidate.content, features=len(FEATURES))
    for row in data.features[:20]:
        assert graph.answers(row.tolist())[-1] == pytest.approx(model.probability(row[None])[0], abs=1e-5)


def test_the_same_data_gives_the_same_bytes_and_manifest(candidate: Candidate) -> None:
    again = make_candidate(history(), kind="failure_prediction", git_revision="abc")
    assert again.sha256 == candidate.sha256
    assert again.manifest.to_json() == candidate.manifest.to_json()
    assert candidate.manifest.feature_fingerprint == FINGERPRINT


@dataclass
class Tasks:
    """One task, the runs it may learn from, and what was said about it."""

    data: Dataset
    waiting: list[Mapping[str, Any]] = field(
        default_factory=lambda: [
            {"lease": "lease-1", "kind": "failure_prediction", "reason": "schedule", "claimed_at": "2026-11-24"}
        ]
    )
    registered: list[Mapping[str, Any]] = field(default_factory=list)
    finished: list[Mapping[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    wins: bool = True
    window: Mapping[str, Any] | None = None
    by_other_code: int = 7
    read: list[str] = field(default_factory=list)

    def claim(self) -> Mapping[str, Any] | None:
        return self.waiting.pop() if self.waiting else None

    def counts(self, kind: str, *, fingerprint: str) -> Mapping[str, Any]:
        return {
            "rows": len(self.data),
            "other_fingerprints": self.by_other_code,
            "generations": {"shadow": 4},
            "window": self.window,
        }

    def pages(
        self, kind: str, *, rows: str, fingerprint: str, after: float, before: str
    ) -> Iterator[Sequence[Sequence[Any]]]:
        self.read.append(rows)
        if rows == "history_rows":
            yield recorded_runs(self.by_other_code)
            return
        for begin in range(0, len(self.data), 500):
            yield [
                [
                    f"run-{n}",
                    self.data.started_at[n],
                    self.data.ended_at[n],
                    int(self.data.failed[n]),
                    300.0,
                    "roast",
                    self.data.features[n].tolist(),
                ]
                for n in range(begin, min(begin + 500, len(self.data)))
            ]

    def rollout_state(self) -> Mapping[str, Any]:
        return {"deployments": [], "healing": {"recovery_lift": 0.2}}

    def register(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        self.registered.append(payload)
        return {"stored": self.wins}

    def finish(self, lease: str, result: Mapping[str, Any]) -> bool:
        self.finished.append(result)
        return self.wins

    def fail(self, lease: str, error: str) -> bool:
        self.failures.append(error)
        return self.wins


class NoModels:
    """An object store without models."""

    def load(self, reference: ModelReference, **_: Any) -> Any:
        raise ModelFault("the model could not be fetched: NoSuchKey")


@dataclass
class Artifacts:
    """Remembers what was published, or refuses."""

    refuses: bool = False
    published: dict[str, bytes] = field(default_factory=dict)

    def publish(self, content: bytes, manifest: str, *, sha256: str) -> str:
        if self.refuses:
            raise ArtifactStoreError("the model could not be published: AccessDenied")
        self.published[sha256] = content
        return f"models/{sha256}.onnx"


def train(tasks: Tasks, artifacts: Artifacts) -> Any:
    return Trainer(artifacts, NoModels(), git_revision="abc", clock=lambda: 0.0).run(tasks, budget_seconds=10)


def test_a_model_is_registered_only_after_it_is_published() -> None:
    tasks, artifacts = Tasks(history()), Artifacts()
    assert train(tasks, artifacts).registered == 1
    [payload] = tasks.registered
    assert payload["sha256"] in artifacts.published
    assert payload["size_bytes"] == len(artifacts.published[payload["sha256"]])
    assert (payload["rung"], payload["expected_generation"]) == ("shadow", 4)
    assert payload["evaluation"]["metrics"]["healing"] == {"recovery_lift": 0.2}
    assert payload["evidence"]["reference"]["window"] == 120
    assert payload["reason"].startswith("trained because of schedule. On 300 later runs")
    json.dumps(payload, allow_nan=False)


def test_an_object_store_that_refuses_leaves_nothing_registered_and_the_task_to_be_tried_again() -> None:
    tasks = Tasks(history())
    assert train(tasks, Artifacts(refuses=True)).failed == 1
    assert tasks.registered == []
    assert tasks.failures == ["the model could not be published: AccessDenied"]


def test_too_little_data_is_a_finished_task_that_says_what_is_missing() -> None:
    tasks = Tasks(history(20))
    assert train(tasks, Artifacts()).failed == 0
    assert tasks.finished[0]["outcome"] == "learning"
    assert "485 more ended runs are needed (15 of 500), besides the latest quarter" in tasks.finished[0]["missing"]


def recorded_runs(count: int) -> list[list[Any]]:
    """A history as it was recorded, a run each half hour; every third pipeline mostly fails."""
    random = np.random.default_rng(7)
    rows = []
    for number in range(count):
        began = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * number)
        failed = random.random() < (0.7 if number % 3 == 0 else 0.05)
        run = {
            "id": f"run-{number}",
            "workspace_id": "shop",
            "pipeline_id": f"pipeline-{number % 3}",
            "status": "failed" if failed else "completed",
            "started_at": began.isoformat(),
            "completed_at": (began + timedelta(minutes=5)).isoformat(),
        }
        rows.append([run["id"], began.timestamp(), run])
    return rows


def test_runs_that_were_recorded_with_other_features_are_replayed() -> None:
    tasks = Tasks(history(0), by_other_code=900)
    assert train(tasks, Artifacts()).registered == 1
    assert tasks.read == ["history_rows"]
    [payload] = tasks.registered
    assert payload["manifest"]["training"]["rows"] == 900
    assert payload["evaluation"]["metrics"]["methods"]["candidate"]["roc_auc"]["value"] > 0.7


def test_once_most_runs_were_recorded_with_the_features_of_this_code_they_are_learned_from() -> None:
    tasks = Tasks(history(), by_other_code=900)
    train(tasks, Artifacts())
    assert tasks.read == ["training_rows"]


def test_no_data_says_whether_there_is_some_with_other_features() -> None:
    tasks = Tasks(history(0), waiting=asked("anomaly_detection"))
    train(tasks, Artifacts())
    assert "7 were recorded by code with other features" in tasks.finished[0]["missing"]


def test_rubbish_in_the_data_puts_the_task_off_and_not_the_trainer() -> None:
    data = history()
    data.features[5] = np.nan
    data.failed[7] = 9
    tasks = Tasks(data)
    report = train(tasks, Artifacts())
    assert (report.tasks, report.registered) == (1, 0)
    assert len(tasks.failures) == 1


def test_a_trainer_that_was_overtaken_says_so() -> None:
    report = train(Tasks(history(), wins=False), Artifacts())
    assert (report.registered, report.lost) == (0, 1)


def asked(kind: str) -> list[Mapping[str, Any]]:
    return [{"lease": "lease-1", "kind": kind, "reason": "schedule", "claimed_at": "2026-11-24"}]


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("remediation", "no healing action was ever verified"),
        ("recommendation", "no recommendation was ever followed"),
        ("weather", "nothing trains 'weather' yet"),
    ],
)
def test_a_kind_that_nothing_can_be_learned_for_says_what_is_missing(kind: str, missing: str) -> None:
    tasks = Tasks(history(0), waiting=asked(kind))
    assert train(tasks, Artifacts()).failed == 0
    assert tasks.finished[0]["outcome"] == "skipped"
    assert missing in tasks.finished[0]["missing"]


def test_a_model_of_durations_goes_the_same_way() -> None:
    tasks, artifacts = Tasks(history(), waiting=asked("duration")), Artifacts()
    assert train(tasks, artifacts).registered == 1, tasks.failures
    [payload] = tasks.registered
    assert payload["kind"] == payload["manifest"]["kind"] == "duration"
    assert "its pinball loss is" in payload["evaluation"]["summary"]
    assert len(OnnxModel(artifacts.published[payload["sha256"]], features=len(FEATURES)).answers([0.0] * 49)) == 7
    json.dumps(payload, allow_nan=False)


def test_a_history_that_is_too_long_is_learned_from_in_part_and_the_registry_says_so() -> None:
    begun = history().started_at
    window = {"whole_from": begun[600], "from_at": begun[100], "success_share": 0.2}
    tasks = Tasks(history(), window=window)
    assert train(tasks, Artifacts()).registered == 1, tasks.failures
    [payload] = tasks.registered
    for text in (payload["evaluation"]["summary"], payload["reason"]):
        assert "The history is too long for one machine" in text
    assert 600 < payload["manifest"]["training"]["rows"] < 1000
