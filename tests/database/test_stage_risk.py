"""Stages of runs as they were served: stored, and handed out with what became of each."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.database.delivery_team import Team
from tests.database.roastery import store
from tests.database.training_school import School

pytest_plugins = ["tests.database.training_fixtures"]

MORNING = "2026-11-01T02:00:00Z"
ASKED = {"of_kind": "stage_risk", "of_fingerprint": "s"}
KNOWN = {"extract": [0.1, 2], "roast": [0.3, 4], "label": [0.2, 1]}


@pytest.fixture
def served(school: School) -> Callable[..., str]:
    """Records a run whose stages ended so, as (status, attempt) by name, and what was known of them at its start."""

    def record(
        status: str = "failed", *, at: str = MORNING, fingerprint: str = "s", **stages: list[tuple[str, int]]
    ) -> str:
        run = school.team.record(status=status)
        school.remember(run, at, fingerprint="run features")
        given = {"execution_id": run, "pipeline_id": school.team.pipeline_id, "occurred_at": at}
        store_features(school, [{**given, "feature_fingerprint": fingerprint, "stages": KNOWN}])
        for name, attempts in stages.items():
            for ended, attempt in attempts:
                row = {"execution_id": run, "workspace_id": school.team.workspace_id, "stage_name": name}
                store(school.database, "execution_stages", {**row, "status": ended, "attempt": attempt})
        return run

    return record


def store_features(school: School, records: list[dict[str, Any]], held: list[str] | None = None) -> None:
    school.database.execute(
        "select engine.store_stage_features(%s, %s::uuid[], %s)",
        [school.team.workspace_id, held or [school.team.pipeline_id], Jsonb(records)],
    )


def test_a_row_says_what_became_of_each_stage(school: School, served: Callable[..., str]) -> None:
    run = served(extract=[("completed", 1)], roast=[("failed", 1)], label=[("skipped", 1)], surprise=[("failed", 1)])
    (row,) = school.trainer.rpc("stage_training_rows", **ASKED)
    assert (row[0], row[3], row[5], row[6]) == (run, 1, school.team.pipeline_id, [0.5, 2])
    assert row[7] == [["extract", 0, [0.1, 2]], ["roast", 1, [0.3, 4]]], "skipped and unknown stages say nothing"


def test_a_stage_counts_by_its_last_attempt(school: School, served: Callable[..., str]) -> None:
    served("completed", extract=[("failed", 1), ("completed", 2)], roast=[("completed", 1), ("failed", 2)])
    (row,) = school.trainer.rpc("stage_training_rows", **ASKED)
    assert [(name, failed) for name, failed, _ in row[7]] == [("extract", 0), ("roast", 1)]
    assert row[3] == 1, "a run of which a stage failed is not left out of a sample of successes"


def test_runs_without_ended_stages_have_none(school: School, served: Callable[..., str]) -> None:
    served("completed")
    (row,) = school.trainer.rpc("stage_training_rows", **ASKED)
    assert (row[3], row[7]) == (0, [])


def test_other_features_and_other_workspaces_are_left_out(school: School, served: Callable[..., str]) -> None:
    served(fingerprint="old", extract=[("completed", 1)])
    served(extract=[("completed", 1)])
    assert len(school.trainer.rpc("stage_training_rows", **ASKED)) == 1
    counts = school.trainer.rpc("training_counts", **ASKED)
    assert (counts["rows"], counts["failures"], counts["other_fingerprints"]) == (1, 1, 1)
    stranger = Team.gathered(school.team.description, school.team.http).engine("train")
    assert stranger.rpc("stage_training_rows", **ASKED) == []
    assert stranger.rpc("training_counts", **ASKED)["rows"] == 0


def test_pages_of_stages_follow_one_another(school: School, served: Callable[..., str]) -> None:
    runs = [served(at=f"2026-11-01T02:00:0{number // 2}Z") for number in range(4)]
    first = school.trainer.rpc("stage_training_rows", **ASKED, max_rows=3)
    after = {"after_at": "2026-11-01T02:00:01Z", "after_id": first[-1][0]}
    rest = school.trainer.rpc("stage_training_rows", **ASKED, **after, max_rows=3)
    assert [len(first), len(rest)] == [3, 1]
    assert {row[0] for row in first + rest} == set(runs)
    assert {row[0] for row in school.trainer.rpc("stage_training_rows", **ASKED, before_at=MORNING)} == set()


def test_what_is_stored_twice_is_stored_once_and_only_for_held_pipelines(school: School) -> None:
    given = {"pipeline_id": school.team.pipeline_id, "occurred_at": MORNING, "feature_fingerprint": "s"}
    run, lost = school.team.record(), school.team.record()
    for stages in (KNOWN, {}):
        store_features(school, [{**given, "execution_id": run, "stages": stages}])
    store_features(school, [{**given, "execution_id": lost, "stages": KNOWN}], held=[run])
    stored = school.database.execute(
        "select execution_id::text, stages from engine.stage_feature_records where workspace_id = %s",
        [school.team.workspace_id],
    ).fetchall()
    assert stored == [(run, KNOWN)]


@pytest.fixture
def most(owned: psycopg.Connection) -> Any:
    """Sets how many runs a failure model learns from, for a test."""

    def at_most(runs: int) -> None:
        owned.execute("update engine.model_kinds set max_runs = %s where kind = 'failure_prediction'", [runs])

    yield at_most
    at_most(1_000_000)


def test_a_history_that_is_too_long_has_a_window(school: School, most: Callable[[int], None]) -> None:
    """Of 10 runs, 2 failed; 4 are taken: the latest 2 whole, and of 2 / (0.2 + 0.8 * 0.2) = 6 before them a part."""
    for number in range(10):
        run = school.team.record(status="failed" if number < 2 else "completed")
        school.remember(run, f"2026-11-01T02:00:0{number}Z")
    asked = {"of_kind": "failure_prediction", "of_fingerprint": "f"}
    assert school.trainer.rpc("training_counts", **asked)["window"] is None
    most(4)
    window = school.trainer.rpc("training_counts", **asked)["window"]
    began = 1793498400.0
    assert window == {"whole_from": began + 8, "from_at": began + 2, "success_share": 0.2}
    most(8)
    assert school.trainer.rpc("training_counts", **asked)["window"]["from_at"] is None, "all the earlier ones are read"
