"""Migrations: once, whole, and on every PostgreSQL that this machine has."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from local import hosted, migrations
from local.cluster_folder import remove
from local.errors import StackError
from local.stack import MIGRATIONS, Stack
from tests.database.delivery_servers import installed, server
from tests.database.delivery_team import Team
from tests.waiting import eventually

pytest_plugins = ["tests.database.delivery_fixtures"]

# What hosted Supabase grants on everything that is made in schema public.
DEFAULT_PRIVILEGES = """
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
"""

OPEN_TO_ANON = """
select format('table %s', relation.oid::regclass)
from pg_catalog.pg_class as relation
where
    relation.relnamespace::regnamespace::text in ('public', 'engine')
    and relation.relkind in ('r', 'v', 'm', 'p')
    and has_table_privilege('anon', relation.oid, 'select, insert, update, delete, truncate, references, trigger')
union all
select format('function %s', routine.oid::regprocedure)
from pg_catalog.pg_proc as routine

where
    routine.pronamespace::regnamespace::text in ('public', 'engine')
    and has_function_privilege('anon', routine.oid, 'execute')
"""


def test_a_second_time_nothing_is_applied(still_stack: Stack, owned: psycopg.Connection) -> None:
    recorded = owned.execute("select version, name from supabase_migrations.schema_migrations order by 1").fetchall()
    assert recorded == [(migration.version, migration.name) for migration in migrations.find(MIGRATIONS)]
    assert migrations.apply(still_stack.description.database_url, MIGRATIONS) == []


def test_a_migration_that_fails_leaves_no_trace_and_is_named(
    still_stack: Stack, owned: psycopg.Connection, tmp_path: Path
) -> None:
    script = "create table public.buoys (id int);\n\nselect * from public.whales;\n"
    (tmp_path / "20990101000000_buoys.sql").write_text(script)
    with pytest.raises(StackError, match=r"20990101000000_buoys\.sql:3: .*whales"):
        migrations.apply(still_stack.description.database_url, tmp_path)
    assert owned.execute("select to_regclass('public.buoys')").fetchone() == (None,)
    assert owned.execute("select from supabase_migrations.schema_migrations where version ~ '^2099'").fetchall() == []


@pytest.fixture(scope="module", params=installed().values(), ids=list(installed()))
def elsewhere(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The stack on a server of the machine's own, prepared as hosted Supabase prepares a database."""
    data_dir = Path(tempfile.mkdtemp(prefix="flexiroaster-tests-"))
    with server(request.param) as url:
        hosted.install(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(DEFAULT_PRIVILEGES)
        with Stack(data_dir, database_url=url) as stack:
            yield stack
    remove(data_dir)


# A test that has no server is not collected rather than skipped.
if installed():

    def test_a_run_is_decided_on_another_postgres(elsewhere: Stack) -> None:
        description = elsewhere.description
        headers = {"apikey": description.publishable_key}
        with httpx.Client(base_url=description.api_url, headers=headers, timeout=60, trust_env=False) as client:
            team = Team.gathered(description, client)
            run = team.record()
            for table in ("predictions", "detections"):
                eventually(lambda table=table: team.owner.rows(table, execution_id=run), within_seconds=30)

    def test_nothing_is_open_to_anon_whatever_the_platform_grants_by_itself(elsewhere: Stack) -> None:
        with psycopg.connect(elsewhere.description.database_url) as connection:
            assert connection.execute(OPEN_TO_ANON).fetchall() == []

    def test_the_schedule_is_one_that_the_servers_pg_cron_understands(elsewhere: Stack) -> None:
        with psycopg.connect(elsewhere.description.database_url) as connection:
            version = connection.execute("select extversion from pg_extension where extname = 'pg_cron'").fetchone()
            sweep = connection.execute("select schedule from cron.job where jobname = 'flexiroaster-sweep'").fetchone()
        in_seconds = version is None or tuple(map(int, version[0].split("-")[0].split("."))) >= (1, 5)
        assert sweep == ("10 seconds" if in_seconds else "* * * * *",)
