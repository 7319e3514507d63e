"""A thousand late pipelines are said in one sweep, which reads no table of runs from end to end."""

import psycopg
import pytest

from functions.detect.quantity import say
from tests.database.lateness_watch import Night

pytest_plugins = ["tests.database.lateness_fixtures"]

PIPELINES, RUNS_EACH = 1000, 16


@pytest.fixture
def crowd(night: Night) -> Night:
    """A thousand pipelines whose run is late, with 16,000 runs behind them and one stuck run each."""
    execute = night.database.execute
    execute(
        """
        insert into public.pipelines (workspace_id, name)
        select %s, 'lamp ' || number from generate_series(1, %s) as number
        """,
        [night.team.workspace_id, PIPELINES],
    )
    # Nobody is to work on 16,000 events here.
    execute("alter table public.executions disable trigger user")
    execute(
        """
        insert into public.executions (workspace_id, pipeline_id, status, started_at, completed_at, created_at)
        select
            pipeline.workspace_id, pipeline.id,
            case back when 2 then 'running' else 'completed' end,
            now() - back * interval '1 hour', now() - back * interval '1 hour', now() - back * interval '1 hour'
        from public.pipelines as pipeline, generate_series(2, %s) as back
        where pipeline.name like 'lamp %%' and pipeline.workspace_id = %s
        """,
        [RUNS_EACH + 1, night.team.workspace_id],
    )
    execute(
        """
        insert into engine.expectations (
            pipeline_id, workspace_id, source, expected_at, late_after, next_expected_at, missing_after,
            stuck_after_seconds
        )
        select
            id, workspace_id, 'schedule', now() - interval '1 hour', now() - interval '10 min', now(),
            now() + interval '50 min', 3600
        from public.pipelines
        where name like 'lamp %%' and workspace_id = %s
        """,
        [night.team.workspace_id],
    )
    execute("alter table public.executions enable trigger user")
    execute("analyze public.executions")
    return night


def scans(database: psycopg.Connection) -> int:
    """How often the table of runs was read from end to end so far."""
    database.execute("select pg_stat_force_next_flush()")
    (count,) = database.execute(
        "select seq_scan from pg_stat_user_tables where relid = 'public.executions'::regclass"
    ).fetchone() or (0,)
    return count


def test_a_thousand_are_said_at_once_without_reading_all_runs(crowd: Night) -> None:
    with psycopg.connect(crowd.team.description.database_url, autocommit=True) as fresh:
        before = scans(fresh)
        assert fresh.execute("select engine.sweep_late()").fetchone() == (2 * PIPELINES,)
        assert fresh.execute("select engine.sweep_late()").fetchone() == (0,)
        assert scans(fresh) == before
        fresh.execute("select count(*) from public.executions where status = 'odd'")
        assert scans(fresh) > before, "this test would not notice"
    counts = crowd.database.execute(
        """
        select count(*), count(distinct subject)
        from public.alerts
        where workspace_id = %s and model_version in ('rule:late_run', 'rule:stuck_run')
        """,
        [crowd.team.workspace_id],
    ).fetchone()
    assert counts == (2 * PIPELINES, 2 * PIPELINES)


@pytest.mark.parametrize(
    "seconds",
    [0.25, 1, 1.5, 9.99, 10, 59.6, 60, 61, 90, 150, 599, 600, 3599, 3600, 5000, 36000, 86400, 100000, 1e6, 1e8],
)
def test_the_database_says_durations_as_detect_does(night: Night, seconds: float) -> None:
    row = night.database.execute("select engine.say_seconds(%s)", [seconds]).fetchone()
    assert row == (say(seconds, "seconds"),)


def test_the_sweep_is_scheduled_every_minute_and_its_command_works(night: Night) -> None:
    job = night.database.execute(
        "select schedule, command from cron.job where jobname = 'flexiroaster-lateness'"
    ).fetchone()
    assert job is not None
    assert job[0] == "* * * * *"
    assert night.database.execute(job[1].encode()).fetchone() is not None
