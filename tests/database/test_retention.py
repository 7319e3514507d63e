"""Retention: what is older than the settings say goes, with what hangs on it, and nothing else."""

import psycopg
import pytest

from tests.database.delivery_team import Team

pytest_plugins = ["tests.database.delivery_fixtures"]

AGES = {"logs": 31, "metrics": 91, "executions": 401}


def forget(owned: psycopg.Connection, table: str) -> None:
    (command,) = owned.execute(
        "select command from cron.job where command like '%%forget_old_rows%%' and command like %s",
        [f"%public.{table}%"],
    ).fetchone() or ("no job forgets them",)
    owned.execute(command)


def age(owned: psycopg.Connection, table: str, row_id: str, days: int) -> None:
    owned.execute(
        f"update {table} set created_at = now() - make_interval(days => %s) where id = %s".encode(), [days, row_id]
    )


def recorded(team: Team, table: str) -> str:
    run = team.record()
    if table == "executions":
        return run
    columns = {"logs": {"message": "fog"}, "metrics": {"metric_name": "fog_metres", "metric_value": 80.0}}[table]
    team.owner.insert(table, {"execution_id": run, **columns})
    return team.owner.rows(table, execution_id=run)[0]["id"]


@pytest.mark.parametrize("table", AGES)
def test_only_what_is_too_old_goes(team: Team, owned: psycopg.Connection, table: str) -> None:
    old, young = recorded(team, table), recorded(team, table)
    age(owned, table, old, AGES[table])
    age(owned, table, young, AGES[table] - 2)
    forget(owned, table)
    assert {row["id"] for row in team.owner.rows(table)} == {young}


def test_with_a_run_goes_what_hangs_on_it(team: Team, owned: psycopg.Connection) -> None:
    metric = recorded(team, "metrics")
    (run,) = team.owner.rows("executions")
    age(owned, "executions", run["id"], AGES["executions"])
    forget(owned, "executions")
    assert team.owner.rows("metrics", id=metric) == []


def test_the_age_is_a_setting(team: Team, owned: psycopg.Connection, settings: dict[str, str]) -> None:
    line = recorded(team, "logs")
    age(owned, "logs", line, 5)
    settings["log_retention_days"] = "4"
    forget(owned, "logs")
    assert team.owner.rows("logs") == []


def test_failures_are_forgotten_with_the_runs_that_had_them(team: Team, owned: psycopg.Connection) -> None:
    for number, days in enumerate([402, 3]):
        owned.execute(
            """
            insert into error_signatures (workspace_id, pipeline_id, fingerprint, template, first_seen, last_seen)
            values (%s, %s, %s, 'fog', now() - interval '2 years', now() - make_interval(days => %s))
            """,
            [team.workspace_id, team.pipeline_id, f"{number:012}", days],
        )
    owned.execute("select engine.forget_failures()")
    (kept,) = team.owner.rows("error_signatures")
    assert kept["fingerprint"] == "000000000001"
