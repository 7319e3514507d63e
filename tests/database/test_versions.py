"""Versions of a pipeline's config: numbered, kept, and known to be good after enough successes."""

import psycopg
import pytest

from tests.database.delivery_team import Team, new_id

pytest_plugins = ["tests.database.delivery_fixtures"]

RETRIES = [{"retries": 0}, {"retries": 3}, {"retries": 5, "workers": 2}]


def _versions(team: Team) -> list[tuple[int, dict[str, object]]]:
    rows = team.owner.rows("pipeline_versions", pipeline_id=team.pipeline_id)
    return [(row["version"], row["config"]) for row in sorted(rows, key=lambda row: row["version"])]


def _configure(team: Team, **columns: object) -> None:
    team.owner.update("pipelines", columns, id=team.pipeline_id)


def _version(team: Team) -> int:
    (pipeline,) = team.owner.rows("pipelines", id=team.pipeline_id)
    return pipeline["version"]


def test_a_new_pipeline_has_its_first_version(team: Team) -> None:
    assert _versions(team) == [(1, {})]


def test_every_change_of_the_config_is_a_version_that_says_who_made_it(team: Team) -> None:
    colleague = team.member("member")
    for config in RETRIES:
        colleague.update("pipelines", {"config": config}, id=team.pipeline_id)
    assert _versions(team) == [(1, {}), *enumerate(RETRIES, start=2)]
    changed_by = {row["version"]: row["changed_by"] for row in team.owner.rows("pipeline_versions")}
    assert changed_by == {1: team.owner.user_id, 2: colleague.user_id, 3: colleague.user_id, 4: colleague.user_id}


@pytest.mark.parametrize(
    "columns", [{"description": "loads the tides"}, {"config": {}}, {"is_active": False}, {"name": "tide_load"}]
)
def test_a_change_of_anything_else_is_no_version(team: Team, columns: dict[str, object]) -> None:
    _configure(team, **columns)
    assert _versions(team) == [(1, {})]


def test_going_back_to_a_former_config_is_a_version_of_its_own(team: Team) -> None:
    for config in (RETRIES[1], RETRIES[0], RETRIES[1]):
        _configure(team, config=config)
    assert [config for _, config in _versions(team)] == [{}, RETRIES[1], RETRIES[0], RETRIES[1]]


def test_a_client_does_not_number_versions(team: Team) -> None:
    _configure(team, version=99)
    assert _version(team) == 1
    _configure(team, version=99, config=RETRIES[1])
    assert _version(team) == 2


def test_a_pipeline_that_comes_with_a_version_keeps_it(team: Team) -> None:
    pipeline_id = new_id()
    team.owner.insert("pipelines", {"id": pipeline_id, "name": "imported", "version": 7, "config": RETRIES[1]})
    team.owner.update("pipelines", {"config": RETRIES[2]}, id=pipeline_id)
    rows = team.owner.rows("pipeline_versions", pipeline_id=pipeline_id)
    assert sorted((row["version"], row["config"]["retries"]) for row in rows) == [(7, 3), (8, 5)]


def test_a_run_remembers_the_config_that_it_ran_with(team: Team) -> None:
    before = team.start()
    _configure(team, config=RETRIES[1])
    after = {"id": new_id(), "pipeline_id": team.pipeline_id, "status": "running"}
    team.owner.rpc("ingest", payload={"executions": [after]})
    team.owner.update("executions", {"status": "completed"}, id=before)
    drift = {row["id"]: row["config_version"] for row in team.owner.rows("executions")}
    assert drift == {before: 1, after["id"]: 2}


@pytest.mark.parametrize(
    ("completed", "failed", "known_good"),
    [(3, 0, True), (2, 0, False), (3, 2, True), (3, 3, False), (0, 0, False)],
)
def test_a_version_is_known_to_be_good_after_enough_successes(
    team: Team, owned: psycopg.Connection, settings: dict[str, str], completed: int, failed: int, known_good: bool
) -> None:
    settings["known_good_after"] = "3"
    _configure(team, config=RETRIES[1])
    for status in ["completed"] * completed + ["failed"] * failed + ["cancelled"] * 5:
        team.record(status=status)
    owned.execute("select engine.mark_known_good_versions()")
    marks = {row["version"]: row["known_good"] for row in team.owner.rows("pipeline_versions")}
    assert marks == {1: False, 2: known_good}


def test_what_was_known_to_be_good_stays_so(team: Team, owned: psycopg.Connection, settings: dict[str, str]) -> None:
    settings["known_good_after"] = "1"
    team.record(status="completed")
    owned.execute("select engine.mark_known_good_versions()")
    for _ in range(3):
        team.record(status="failed")
    owned.execute("select engine.mark_known_good_versions()")
    assert [row["known_good"] for row in team.owner.rows("pipeline_versions")] == [True]
